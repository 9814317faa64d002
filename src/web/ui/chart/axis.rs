//! Round numbers for axes.

/// The least of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that is not below `max`; 1 for
/// nothing at all.
pub fn nice_max(max: f64) -> f64 {
    if !max.is_finite() || max <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(max.log10().floor());
    let scaled = max / power;
    let step = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0]
        .into_iter()
        // A hair of slack, since 0.3 / 0.1 is a little more than 3.
        .find(|step| scaled <= step + 1e-9)
        .unwrap_or(10.0);
    step * power
}

/// Values for the grid from 0 to `max` inclusive: four steps, or three where these are rounder.
pub fn ticks(max: f64) -> Vec<f64> {
    let power = 10_f64.powf(max.log10().floor());
    let lead = (max / power * 10.0).round() as i64;
    let steps: u8 = match lead {
        15 | 30 | 60 => 3,
        25 | 50 | 10 => 5,
        _ => 4,
    };
    (0..=steps)
        .map(|i| max * f64::from(i) / f64::from(steps))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{nice_max, ticks};

    #[test]
    fn the_axis_ends_at_a_round_number_not_below_the_data() {
        for (max, nice) in [
            (0.0, 1.0),
            (0.3, 0.3),
            (0.31, 0.4),
            (7.0, 8.0),
            (9.1, 10.0),
            (101.0, 150.0),
            (0.087, 0.1),
        ] {
            assert!((nice_max(max) - nice).abs() < 1e-9, "{max}");
        }
    }

    #[test]
    fn the_grid_starts_at_zero_and_ends_at_the_maximum() {
        let grid = ticks(0.3);
        assert_eq!(grid.len(), 4);
        assert!((grid[0]).abs() < 1e-9 && (grid[3] - 0.3).abs() < 1e-9);
    }
}
