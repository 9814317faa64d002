//! Honest opens as figures: how many of which kind, and the rate over those of whom it can be said.
//! Pure; what an opening is stands in `metrics::opens`.

use crate::domain::stats::wilson;
use crate::metrics::opens::Opens;
use serde::Serialize;
use utoipa::ToSchema;

/// Opens of those who got mail with a pixel in it, each delivery by the best sign.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct OpenFigures {
    /// Deliveries that arrived with a pixel.
    pub delivered: i64,
    /// A person opened it, followed a link or replied.
    pub confirmed: i64,
    /// Of the confirmed: by a click or a reply alone, whatever the pixel saw.
    pub proved: i64,
    /// Viewed through the proxy of Gmail, Yahoo or another provider: place unknown.
    pub proxied: i64,
    /// Apple's proxy or an unknown fetch is the only sign: cannot tell.
    pub unclear: i64,
    /// Machines alone, left out.
    pub machine: i64,
    /// Of whom it can be said: `delivered` without `unclear`.
    pub measurable: i64,
    /// (`confirmed` + `proxied`) ÷ `measurable`.
    pub rate: Option<f64>,
    /// Lower 95 % limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper 95 % limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// `measurable` ÷ `delivered`.
    pub coverage: Option<f64>,
}

impl From<Opens> for OpenFigures {
    fn from(opens: Opens) -> Self {
        Self {
            delivered: opens.delivered,
            confirmed: opens.confirmed,
            proved: opens.proved,
            proxied: opens.proxied,
            unclear: opens.unclear,
            machine: opens.machine,
            measurable: opens.measurable(),
            rate: opens.rate(),
            low: None,
            high: None,
            coverage: opens.coverage(),
        }
    }
}

impl OpenFigures {
    /// The figures of a cohort with so many distinct `contacts`, which the interval rests on.
    pub fn of(opens: Opens, contacts: f64) -> Self {
        let mut figures = Self::from(opens);
        let contacts = contacts.min(figures.measurable as f64);
        let interval = figures
            .rate
            .and_then(|rate| wilson::interval(rate, contacts));
        figures.low = interval.map(|interval| interval.low);
        figures.high = interval.map(|interval| interval.high);
        figures
    }

    /// Surely opened: the numerator of the rate.
    pub const fn opened(&self) -> i64 {
        self.confirmed + self.proxied
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_rests_on_contacts_and_a_mail_alone_has_none() {
        let opens = Opens {
            delivered: 200,
            confirmed: 40,
            proved: 10,
            proxied: 20,
            unclear: 80,
            machine: 5,
        };
        let figures = OpenFigures::of(opens, 60.0);
        assert_eq!((figures.opened(), figures.measurable), (60, 120));
        assert_eq!((figures.rate, figures.coverage), (Some(0.5), Some(0.6)));
        let width = |figures: &OpenFigures| figures.high.unwrap() - figures.low.unwrap();
        assert!(width(&figures) > width(&OpenFigures::of(opens, 120.0)));
        assert_eq!(OpenFigures::from(opens).low, None);
        let none = OpenFigures::of(Opens::default(), 0.0);
        assert_eq!((none.rate, none.coverage, none.low), (None, None, None));
    }
}
