//! What one delivery adds to click-through: the definition of *sent*, *measurable*, *clicked by a
//! person* and *clicked by a machine*, and the cells they are counted in.

use super::delivery::{DeliveryFacts, Frozen, FrozenLink};
use super::hits::Class;
use super::{ALL_REPS, Cell, Dim, Grain};
use crate::domain::clock::DAY_MS;
use crate::domain::day::Day;
use crate::domain::gateway::Gateway;
use crate::domain::stats::bins::Bin;
use crate::domain::stats::sketch::Sketch;
use std::collections::HashMap;

/// Days after the hand-over within which a click counts.
pub const HORIZON_DAYS: i32 = 7;

/// Deliveries counted in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Sent. In a cell of a content asset or a link: sent with a tracked link to it.
    pub sent: i64,
    /// Of these, presumed delivered, with clicks recorded, on at least one link that counts.
    pub measurable: i64,
    /// Of these, with a click by a person within the horizon. In a cell of a content asset or a
    /// link: on a link to it.
    pub human: i64,
    /// Of the measurable, with a click by a machine within the horizon, whatever people did.
    pub machine: i64,
    /// Of the measurable, with any click within the horizon.
    pub raw: i64,
}

impl Counts {
    /// Adds `other`, `times` over; −1 takes it away.
    pub fn add(&mut self, other: &Self, times: i64) {
        self.sent += other.sent * times;
        self.measurable += other.measurable * times;
        self.human += other.human * times;
        self.machine += other.machine * times;
        self.raw += other.raw * times;
    }
}

/// What a delivery adds to one cell and its kin.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Share {
    dim: Dim,
    dim_id: i64,
    counts: Counts,
    /// The wait for the first click by a person.
    wait: Option<Bin>,
}

/// What must be added to the metric store, summed over many deliveries.
#[derive(Debug, Default)]
pub struct Change {
    /// Counts by cell. All-zero entries say nothing.
    pub counts: HashMap<Cell, Counts>,
    /// First human clicks by cell and wait.
    pub waits: HashMap<(Cell, Bin), i64>,
    /// Contacts that were sent to for the first time, by cell.
    pub contacts: HashMap<Cell, Sketch>,
}

impl Change {
    /// Notes that a delivery's facts went from `old` to `new`.
    pub fn note(&mut self, old: &DeliveryFacts, new: &DeliveryFacts) {
        let (before, after) = (shares(old), shares(new));
        if before == after {
            return;
        }
        let (was, is) = (Cohort::of(old), Cohort::of(new));
        // A hit changes a few of the shares; the others need not be taken away and added again.
        let stays = |i: usize| was == is && before.get(i) == after.get(i);
        for (shares, cohort, times) in [(&before, was, -1), (&after, is, 1)] {
            let Some(cohort) = cohort else { continue };
            let changed = shares.iter().enumerate().filter(|(i, _)| !stays(*i));
            changed.for_each(|(_, share)| self.add(cohort, share, times));
        }
        if let Some(cohort) = is {
            let key = |share: &Share| (share.dim, share.dim_id);
            let is_new = |share: &&Share| !before.iter().any(|known| key(known) == key(share));
            self.add_contact(new, cohort, after.iter().filter(is_new));
        }
    }

    fn add(&mut self, cohort: Cohort, share: &Share, times: i64) {
        for cell in cohort.cells(share) {
            self.counts
                .entry(cell)
                .or_default()
                .add(&share.counts, times);
            if let Some(bin) = share.wait {
                *self.waits.entry((cell, bin)).or_default() += times;
            }
        }
    }

    /// A sketch cannot forget a contact, so where the gateway is unknown, which a delivery leaves
    /// once it is known, contacts are not counted.
    fn add_contact<'a>(
        &mut self,
        facts: &DeliveryFacts,
        cohort: Cohort,
        shares: impl Iterator<Item = &'a Share>,
    ) {
        let Some(contact) = facts.frozen.as_ref().and_then(|frozen| frozen.contact) else {
            return;
        };
        let unknown = i64::from(Gateway::Unknown.code());
        let counted = shares.filter(|share| (share.dim, share.dim_id) != (Dim::Gateway, unknown));
        for cell in counted.flat_map(|share| cohort.cells(share)) {
            self.contacts.entry(cell).or_default().insert(contact.0);
        }
    }
}

/// Whose delivery it was, and of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cohort {
    day: Day,
    month: Day,
    rep: i64,
}

impl Cohort {
    fn of(facts: &DeliveryFacts) -> Option<Self> {
        let frozen = facts.frozen.as_ref()?;
        Some(Self {
            day: frozen.day,
            month: frozen.day.month(),
            rep: frozen.rep.0,
        })
    }

    /// The cells a share is counted in: its day and its month, its rep and all reps. A rep's months
    /// are kept in total only, and single links for all reps only, since these would be nearly as
    /// many as the deliveries themselves.
    fn cells(self, share: &Share) -> impl Iterator<Item = Cell> {
        let (dim, dim_id) = (share.dim, share.dim_id);
        let place = move |grain, day, rep| Cell {
            grain,
            dim,
            day,
            rep,
            dim_id,
        };
        let by_rep = (dim != Dim::Link).then(|| place(Grain::Day, self.day, self.rep));
        let by_rep_month = (dim == Dim::Total).then(|| place(Grain::Month, self.month, self.rep));
        [
            Some(place(Grain::Day, self.day, ALL_REPS)),
            Some(place(Grain::Month, self.month, ALL_REPS)),
            by_rep,
            by_rep_month,
        ]
        .into_iter()
        .flatten()
    }
}

/// What a delivery adds, by dimension; nothing until it is sent.
fn shares(facts: &DeliveryFacts) -> Vec<Share> {
    let (Some(_), Some(frozen)) = (facts.sent, &facts.frozen) else {
        return Vec::new();
    };
    let counting: Vec<&FrozenLink> = frozen.links.iter().filter(|l| l.role.counts()).collect();
    let mut shares = Vec::with_capacity(5 + 2 * counting.len());
    let mut push = |dim, dim_id, links: &[&FrozenLink]| {
        shares.push(share(facts, frozen, dim, dim_id, links));
    };
    push(Dim::Total, 0, &counting);
    push(Dim::Purpose, i64::from(frozen.purpose.code()), &counting);
    push(Dim::Gateway, i64::from(frozen.gateway), &counting);
    if let Some(template) = frozen.template {
        push(Dim::Template, template.0, &counting);
    }
    let by_content = |link: &FrozenLink| link.content.map(|content| content.0);
    for (id, links) in grouped(&counting, by_content) {
        push(Dim::Content, id, &links);
    }
    for (id, links) in grouped(&counting, |link| Some(link.destination.0)) {
        push(Dim::Link, id, &links);
    }
    shares.push(Share {
        dim: Dim::Mailbox,
        dim_id: frozen.mailbox,
        counts: Counts {
            sent: 1,
            ..Counts::default()
        },
        wait: None,
    });
    shares
}

fn grouped<'a>(
    links: &[&'a FrozenLink],
    key: impl Fn(&FrozenLink) -> Option<i64>,
) -> Vec<(i64, Vec<&'a FrozenLink>)> {
    let mut groups: Vec<(i64, Vec<&FrozenLink>)> = Vec::new();
    for link in links {
        let Some(id) = key(link) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == id) {
            Some((_, group)) => group.push(link),
            None => groups.push((id, vec![link])),
        }
    }
    groups
}

fn share(
    facts: &DeliveryFacts,
    frozen: &Frozen,
    dim: Dim,
    dim_id: i64,
    links: &[&FrozenLink],
) -> Share {
    let measurable = frozen.tracks_clicks && facts.bounced.is_none() && !links.is_empty();
    let end = frozen.handed_over.plus(i64::from(HORIZON_DAYS) * DAY_MS);
    let first = |class| {
        let hits = links.iter().filter_map(|link| facts.hits(link.no));
        hits.filter_map(|hits| hits.first(class))
            .min()
            .filter(|at| measurable && *at < end)
    };
    let (human, machine) = (first(Class::Human), first(Class::Machine));
    Share {
        dim,
        dim_id,
        counts: Counts {
            sent: 1,
            measurable: i64::from(measurable),
            human: i64::from(human.is_some()),
            machine: i64::from(machine.is_some()),
            raw: i64::from(human.or(machine).is_some()),
        },
        wait: human.map(|at| Bin::of(at.since(frozen.handed_over))),
    }
}
