//! Many comparisons at once: Holm's step-down correction, so that the chance of one false alarm
//! among all rows shown stays at the level of one test.
//! Source: S. Holm, Scandinavian Journal of Statistics 6 (1979).

/// The adjusted p-values, in the order given.
pub fn adjust(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut highest = 0.0_f64;
    for (place, index) in order.into_iter().enumerate() {
        let factor = (p_values.len() - place) as f64;
        highest = highest.max((p_values[index] * factor).min(1.0));
        adjusted[index] = highest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::adjust;

    #[test]
    fn a_worked_example_comes_out() {
        let adjusted = adjust(&[0.01, 0.04, 0.03, 0.005]);
        for (seen, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((seen - expected).abs() < 1e-12, "{adjusted:?}");
        }
        assert!(adjust(&[]).is_empty());
    }
}
