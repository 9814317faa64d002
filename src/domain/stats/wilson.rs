//! How far a rate can be trusted: Wilson's score interval and the score test that agrees with it.
//! Source: E. B. Wilson, JASA 22 (1927).

/// The 97.5 % quantile of the normal distribution: two-sided 95 %.
const Z_95: f64 = 1.959_963_984_540_054;

/// Where a true rate may lie, 95 % of the time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower limit, 0 to 1.
    pub low: f64,
    /// The upper limit, 0 to 1.
    pub high: f64,
}

impl Interval {
    /// Its width, 0 to 1.
    pub fn width(self) -> f64 {
        self.high - self.low
    }
}

/// Wilson's 95 % interval of a `rate` seen on `n_eff` independent trials. `None` without trials.
pub fn interval(rate: f64, n_eff: f64) -> Option<Interval> {
    if n_eff <= 0.0 {
        return None;
    }
    let z2 = Z_95 * Z_95;
    let centre = (rate + z2 / (2.0 * n_eff)) / (1.0 + z2 / n_eff);
    let half = Z_95 / (1.0 + z2 / n_eff)
        * (rate * (1.0 - rate) / n_eff + z2 / (4.0 * n_eff * n_eff)).sqrt();
    Some(Interval {
        low: (centre - half).max(0.0),
        high: (centre + half).min(1.0),
    })
}

/// The two-sided p-value of the score test that the true rate is `expected`. It is under 0.05
/// exactly where the interval above leaves `expected` out.
pub fn p_value(rate: f64, n_eff: f64, expected: f64) -> f64 {
    let spread = (expected * (1.0 - expected) / n_eff).sqrt();
    if n_eff <= 0.0 || spread <= 0.0 {
        return 1.0;
    }
    erfc(((rate - expected) / spread).abs() / std::f64::consts::SQRT_2)
}

/// The complementary error function for `x` ≥ 0, off by at most 1.5e-7.
/// Source: Abramowitz and Stegun, 7.1.26.
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [
        1.061_405_429,
        -1.453_152_027,
        1.421_413_741,
        -0.284_496_736,
        0.254_829_592,
    ]
    .iter()
    .fold(0.0, |sum, factor| sum * t + factor);
    series * t * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_match_published_ones() {
        // 81 of 263: R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        let seen = interval(81.0 / 263.0, 263.0).unwrap();
        assert!(
            (seen.low - 0.2553).abs() < 5e-5 && (seen.high - 0.3662).abs() < 5e-5,
            "{seen:?}"
        );
        // 15 of 148 and 0 of 20, from the same table.
        let seen = interval(15.0 / 148.0, 148.0).unwrap();
        assert!(
            (seen.low - 0.0624).abs() < 5e-5 && (seen.high - 0.1605).abs() < 5e-5,
            "{seen:?}"
        );
        let seen = interval(0.0, 20.0).unwrap();
        assert!(
            seen.low.abs() < 1e-12 && (seen.high - 0.1611).abs() < 5e-5,
            "{seen:?}"
        );
        assert_eq!(interval(0.5, 0.0), None);
    }

    #[test]
    fn the_test_rejects_exactly_what_the_interval_leaves_out() {
        for of in [20_u32, 60, 400] {
            for n in 0..=of {
                let rate = f64::from(n) / f64::from(of);
                let seen = interval(rate, f64::from(of)).unwrap();
                for expected in [0.02, 0.1, 0.37] {
                    let outside = expected < seen.low || expected > seen.high;
                    let p = p_value(rate, f64::from(of), expected);
                    assert_eq!(p < 0.05, outside, "{n} of {of} against {expected}: {p}");
                }
            }
        }
    }
}
