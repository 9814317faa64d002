//! Waits of which some have not ended: the Kaplan–Meier estimate.
//! Source: E. L. Kaplan and P. Meier, JASA 53 (1958).

use std::collections::BTreeMap;

/// The share whose wait has ended, as a rising step curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve(Vec<Step>);

/// One step of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// When, in milliseconds of waiting.
    pub ms: i64,
    /// The share whose wait has ended by then.
    pub ended: f64,
    /// Its lower 95 % limit, by Greenwood's formula.
    pub low: f64,
    /// Its upper 95 % limit.
    pub high: f64,
}

/// The 97.5 % quantile of the normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

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
        let (mut waiting, mut spread) = (1.0, 0.0);
        let mut steps = Vec::new();
        for (ms, (ended, left)) in moments {
            if ended > 0 && at_risk > 0 {
                waiting *= 1.0 - ended as f64 / at_risk as f64;
                if at_risk > ended {
                    spread += ended as f64 / (at_risk as f64 * (at_risk - ended) as f64);
                }
                let half = Z_95 * waiting * f64::sqrt(spread);
                steps.push(Step {
                    ms,
                    ended: 1.0 - waiting,
                    low: (1.0 - waiting - half).max(0.0),
                    high: (1.0 - waiting + half).min(1.0),
                });
            }
            at_risk -= ended + left;
        }
        Self(steps)
    }

    /// The share whose wait has ended by each step.
    pub fn ended(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        self.0.iter().map(|step| (step.ms, step.ended))
    }

    /// Each step with its limits.
    pub fn banded(&self) -> impl Iterator<Item = Step> + '_ {
        self.0.iter().copied()
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
