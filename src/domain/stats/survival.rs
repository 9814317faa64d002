//! Waits of which some have not ended: the Kaplan–Meier estimate.
//! Source: E. L. Kaplan and P. Meier, JASA 53 (1958).

use std::collections::BTreeMap;

/// The share still waiting, as a falling step curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve(Vec<(i64, f64)>);

impl Curve {
    /// The estimate from waits that `ended` after so many milliseconds and waits `censored` at
    /// that age (still open, or ended by something else), each with how many there were. A wait
    /// censored at the same moment as another ends was still waiting then.
    pub fn estimate(ended: &[(i64, i64)], censored: &[(i64, i64)]) -> Self {
        let mut moments: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for (ms, n) in ended {
            moments.entry(*ms).or_default().0 += n;
        }
        for (ms, n) in censored {
            moments.entry(*ms).or_default().1 += n;
        }
        let mut at_risk: i64 = moments.values().map(|(ended, left)| ended + left).sum();
        let mut waiting = 1.0;
        let mut steps = Vec::new();
        for (ms, (ended, left)) in moments {
            if ended > 0 && at_risk > 0 {
                waiting *= 1.0 - ended as f64 / at_risk as f64;
                steps.push((ms, waiting));
            }
            at_risk -= ended + left;
        }
        Self(steps)
    }

    /// The share whose wait has ended by each step.
    pub fn ended(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        self.0.iter().map(|(ms, waiting)| (*ms, 1.0 - waiting))
    }

    /// The time by which a share `q` of all waits has ended; `None` when the curve does not get
    /// there ("not reached").
    pub fn quantile_ms(&self, q: f64) -> Option<i64> {
        // Products of fractions miss round shares by a hair.
        self.ended()
            .find(|(_, ended)| *ended >= q - 1e-9)
            .map(|(ms, _)| ms)
    }
}

#[cfg(test)]
mod tests {
    use super::Curve;

    #[test]
    fn ten_waits_of_which_four_never_ended() {
        // Ended at 1, 2, 2, 5, 8 and 9; censored at 2, 4, 6 and 10.
        let curve = Curve::estimate(
            &[(1, 1), (2, 2), (5, 1), (8, 1), (9, 1)],
            &[(2, 1), (4, 1), (6, 1), (10, 1)],
        );
        // 9/10, ×7/9, ×4/5, ×2/3, ×1/2 by hand.
        let expected = [
            (1, 0.1),
            (2, 0.3),
            (5, 0.44),
            (8, 0.626_666_666),
            (9, 0.813_333_333),
        ];
        for ((ms, ended), (at, share)) in curve.ended().zip(expected) {
            assert!(ms == at && (ended - share).abs() < 1e-6, "{curve:?}");
        }
        assert_eq!(curve.quantile_ms(0.3), Some(2));
        assert_eq!(curve.quantile_ms(0.5), Some(8));
        assert_eq!(curve.quantile_ms(0.9), None, "not reached");
    }
}
