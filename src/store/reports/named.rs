//! Counts by number become rows with a key and a name: what shares a key becomes one row, of which
//! the same contacts count once.

use super::super::Result;
use super::counted::{Distinct, Look};
use super::labels::{self, Label};
use crate::domain::day::Day;
use crate::domain::inbound::BounceReason;
use crate::domain::message::MessagePurpose;
use crate::domain::stats::sketch::Union;
use crate::domain::touch::Channel;
use crate::domain::viewer::Viewer;
use crate::metrics::{ALL_REPS, Dim};
use crate::report::asked::Slice;
use crate::report::counted::{Counted, Group};
use crate::report::people::may_see;
use std::collections::BTreeMap;

/// Counts by number.
pub(super) type Found = BTreeMap<i64, Counted>;

/// Everything of `found` and `distinct` in one row.
pub(super) fn whole(found: Found, distinct: Distinct) -> Group {
    let mut row = Merging::default();
    for (key, counted) in found {
        row.merge(&counted, distinct.get(&key));
    }
    row.group("total", "total")
}

/// A row that is being made of several.
#[derive(Default)]
struct Merging {
    counted: Counted,
    contacts: Vec<Union>,
}

impl Merging {
    fn merge(&mut self, counted: &Counted, contacts: Option<&Vec<Union>>) {
        self.counted.merge(counted);
        let contacts = contacts.map_or(&[][..], Vec::as_slice);
        if self.contacts.len() < contacts.len() {
            self.contacts.resize(contacts.len(), Union::default());
        }
        for (held, more) in self.contacts.iter_mut().zip(contacts) {
            held.merge(more);
        }
    }

    fn group(mut self, key: &str, label: &str) -> Group {
        self.counted.contacts = self.contacts.iter().map(Union::estimate).collect();
        Group {
            key: key.to_owned(),
            label: label.to_owned(),
            counted: self.counted,
        }
    }
}

impl Look {
    /// Names the counts of a slice; months are made of days, domains of mailboxes.
    pub(super) async fn named(
        &mut self,
        by: Slice,
        found: Found,
        distinct: &Distinct,
    ) -> Result<Vec<Group>> {
        let labels = self.labels(by, &found).await?;
        let mut rows: BTreeMap<Label, Merging> = BTreeMap::new();
        for (id, counted) in found {
            let label = labels
                .get(&id)
                .cloned()
                .unwrap_or_else(|| (id.to_string(), String::new()));
            rows.entry(label)
                .or_default()
                .merge(&counted, distinct.get(&id));
        }
        Ok(rows
            .into_iter()
            .map(|((key, label), row)| row.group(&key, &label))
            .collect())
    }

    async fn labels(&mut self, by: Slice, found: &Found) -> Result<BTreeMap<i64, Label>> {
        let word = |id: i16, word: &str| (i64::from(id), (word.to_owned(), word.to_owned()));
        let dim = match by {
            Slice::Channel => {
                let all = Channel::ALL.iter();
                return Ok(all.map(|each| word(each.code(), each.as_str())).collect());
            }
            Slice::Reason => {
                let all = BounceReason::ALL.iter();
                return Ok(all.map(|each| word(each.code(), each.as_str())).collect());
            }
            Slice::Purpose => {
                let all = MessagePurpose::ALL.iter();
                return Ok(all.map(|each| word(each.code(), each.as_str())).collect());
            }
            Slice::Day | Slice::Month => {
                return Ok(found.keys().map(|day| (*day, date(by, *day))).collect());
            }
            Slice::Total | Slice::Rep => {
                let total = ("total".to_owned(), "total".to_owned());
                return Ok(found.keys().map(|id| (*id, total.clone())).collect());
            }
            Slice::Template => Dim::Template,
            Slice::Gateway => Dim::Gateway,
            Slice::Mailbox | Slice::Domain => Dim::Mailbox,
        };
        let mut labels = labels::of(&mut self.tx, dim, found.keys().copied()).await?;
        if by == Slice::Domain {
            for (key, label) in labels.values_mut() {
                let domain = label.rsplit('@').next().unwrap_or("").to_owned();
                (*key, *label) = (domain.clone(), domain);
            }
        }
        Ok(labels)
    }

    /// A row for each rep the viewer may see, and the team's where some are left out.
    pub(super) fn by_rep(
        &self,
        viewer: &Viewer,
        found: Found,
        distinct: &Distinct,
        total: &Group,
    ) -> (Vec<(i64, Group)>, bool) {
        let (mut groups, mut folded) = (Vec::new(), false);
        for (no, counted) in found {
            match self.people.iter().find(|person| person.no.0 == no) {
                Some(person) if may_see(viewer, person.id, person.team_id) => {
                    let mut row = Merging::default();
                    row.merge(&counted, distinct.get(&no));
                    groups.push((no, row.group(&person.id.to_string(), &person.name)));
                }
                _ => folded = true,
            }
        }
        if folded {
            let team = Group {
                key: "team".to_owned(),
                label: "team".to_owned(),
                counted: total.counted.clone(),
            };
            groups.push((ALL_REPS, team));
        }
        (groups, folded)
    }
}

/// The key and the name of a cohort day, or of its month.
fn date(by: Slice, day: i64) -> Label {
    let day = Day(i32::try_from(day).unwrap_or(0));
    if by == Slice::Month {
        let month = day.month().to_string();
        return (month.clone(), month[..7].to_owned());
    }
    (day.to_string(), day.to_string())
}
