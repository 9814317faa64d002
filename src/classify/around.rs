//! What the other hits on the same delivery say about each. Pure, and linear in their number but
//! for sorting: a stranger may send any number of hits.

use super::group::{Known, MailContext, NEIGHBOURS_MS};
use super::rules::attested;
use super::runs::{Run, runs};
use crate::domain::clock::{MINUTE_MS, SECOND_MS};
use crate::domain::hit::{Agent, AgentClass, HeaderBits, HitKind, Network, Scope};
use std::collections::HashMap;

/// Three links of one mail within this time are a sweep.
const SWEEP_MS: i64 = 3 * SECOND_MS;
const SWEEP_LINKS: u32 = 3;

/// Nobody moves from one link to another, and follows it, within this time (Fitts' law gives about
/// as much for the way alone).
const TWO_MS: i64 = SECOND_MS / 2;

/// Both links of a mail that has two.
const PAIR_MS: i64 = SECOND_MS;

/// So many links are more than a person follows in one mail.
const MANY_LINKS: u16 = 4;

/// One link in so many may be left out of nearly every link.
const LEFT_OUT: u16 = 4;

/// Yahoo's proxy asks again within this time when it could not keep the picture.
const RETRY_MS: i64 = MINUTE_MS;

/// The same link from two places within this time is one click seen twice.
const TWIN_MS: i64 = 30 * SECOND_MS;

/// More hits than this on one link within the time of a twin are no twins. It bounds the work.
const TWIN_NEIGHBOURS: usize = 16;

/// What is around one hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Around {
    /// The sweep it belongs to, by one client alone, or by one agent in one network. A pixel belongs to the sweep that the same
    /// client and agent made of the mail's links.
    pub(super) sweep: Option<Run>,
    /// The sweep it belongs to, whoever made it; or two links at once, or one browser's way through
    /// nearly every link of a mail with many.
    pub(super) burst: Option<Run>,
    /// For a pixel: whether the same client followed a link of the mail.
    pub(super) client_clicked: bool,
    /// Whether Yahoo's proxy had just asked for the same picture.
    pub(super) asked_again: bool,
    /// How far away, in milliseconds, a better attested hit on the same link was made from another
    /// address and system.
    pub(super) twin_ms: Option<i64>,
}

/// Looks around each of `hits`, which are in order of time.
pub(super) fn look(hits: &[&Known], mail: &MailContext) -> Vec<Around> {
    let mut found = vec![Around::default(); hits.len()];
    if hits.len() < 2 {
        return found;
    }
    let clicks: Vec<usize> = (0..hits.len()).filter(|at| followed(hits[*at])).collect();
    sweeps(hits, &clicks, mail, &mut found);
    pixels(hits, &mut found);
    retries(hits, &mut found);
    twins(hits, &clicks, &mut found);
    found
}

/// Whether it is a hit on a link that its browser did not fetch ahead: hovering over links is no
/// sweep.
fn followed(hit: &Known) -> bool {
    let ahead = HeaderBits::PREFETCH | HeaderBits::PREVIEW;
    hit.kind == HitKind::Click && hit.facts.bits.0 & ahead == 0
}

fn sweeps(hits: &[&Known], clicks: &[usize], mail: &MailContext, found: &mut [Around]) {
    let mut by_client: HashMap<u64, Vec<usize>> = HashMap::new();
    // Gateways take their links from several addresses of one network as well.
    let mut by_browser: HashMap<(Network, Option<u64>, &Agent), Vec<usize>> = HashMap::new();
    for at in clicks {
        let facts = &hits[*at].facts;
        if let Some(client) = facts.client {
            by_client.entry(client).or_default().push(*at);
        }
        // Where the network is not known, the client stands for it.
        let client = facts.client.filter(|_| facts.network == Network::None);
        if client.is_some() || facts.network != Network::None {
            let browser = (facts.network, client, &facts.agent);
            by_browser.entry(browser).or_default().push(*at);
        }
    }
    let run_of = |places: &[usize], within_ms, at_least| {
        let entries: Vec<(i64, u16)> = places
            .iter()
            .map(|at| (hits[*at].at.0, hits[*at].link_no))
            .collect();
        runs(&entries, within_ms, at_least)
    };
    for places in by_client.values().chain(by_browser.values()) {
        for (run, at) in run_of(places, SWEEP_MS, SWEEP_LINKS)
            .into_iter()
            .zip(places)
        {
            found[*at].sweep = found[*at].sweep.or(run);
        }
    }
    sweepers(hits, found);
    for (run, at) in run_of(clicks, SWEEP_MS, SWEEP_LINKS)
        .into_iter()
        .zip(clicks)
    {
        found[*at].burst = run;
    }
    let mut suspect = |places: &[usize], within_ms, at_least| {
        for (run, at) in run_of(places, within_ms, at_least).into_iter().zip(places) {
            found[*at].burst = found[*at].burst.or(run);
        }
    };
    // However slowly: gateways that wait between links take nearly all of a mail with many, people
    // hardly ever do.
    if mail.links >= MANY_LINKS {
        let nearly_all = (mail.links - mail.links / LEFT_OUT).max(MANY_LINKS);
        for places in by_browser.values() {
            suspect(places, NEIGHBOURS_MS, nearly_all.into());
        }
    }
    for places in by_client.values() {
        suspect(places, TWO_MS, 2);
    }
    if mail.links == 2 {
        suspect(clicks, PAIR_MS, 2);
    }
}

/// Gives the pixel to the sweep of its client: gateways fetch it some half a minute before the links.
fn sweepers(hits: &[&Known], found: &mut [Around]) {
    let mut by_client: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, hit) in hits.iter().enumerate() {
        if let (Some(client), Some(_)) = (hit.facts.client, found[at].sweep) {
            by_client.entry(client).or_default().push(at);
        }
    }
    if by_client.is_empty() {
        return;
    }
    for (at, hit) in hits.iter().enumerate() {
        let sweeps = hit.facts.client.and_then(|client| by_client.get(&client));
        let Some(places) = sweeps.filter(|_| hit.kind == HitKind::Open) else {
            continue;
        };
        // The nearest link on either side tells whether the client swept at that time.
        let after = places.partition_point(|place| *place < at);
        let near = [after.checked_sub(1), Some(after)];
        found[at].sweep = near
            .into_iter()
            .filter_map(|index| places.get(index?))
            .filter(|place| hits[**place].facts.agent == hit.facts.agent)
            .find(|place| hits[**place].at.since(hit.at).saturating_abs() <= NEIGHBOURS_MS)
            .and_then(|place| found[*place].sweep);
    }
}

/// Pixels from networks whose clicks are machines'.
fn pixels(hits: &[&Known], found: &mut [Around]) {
    let asks = |hit: &Known| {
        let listed = hit.facts.listed.as_ref();
        hit.kind == HitKind::Open && listed.is_some_and(|listed| listed.scope == Scope::Clicks)
    };
    if !hits.iter().any(|hit| asks(hit)) {
        return;
    }
    let mut clicked: HashMap<u64, Vec<i64>> = HashMap::new();
    for hit in hits.iter().filter(|hit| hit.kind == HitKind::Click) {
        if let Some(client) = hit.facts.client {
            clicked.entry(client).or_default().push(hit.at.0);
        }
    }
    for (hit, around) in hits.iter().zip(found).filter(|(hit, _)| asks(hit)) {
        let Some(times) = hit.facts.client.and_then(|client| clicked.get(&client)) else {
            continue;
        };
        let from = hit.at.plus(-NEIGHBOURS_MS).0;
        let first = times.partition_point(|at| *at < from);
        around.client_clicked = times
            .get(first)
            .is_some_and(|at| *at <= hit.at.plus(NEIGHBOURS_MS).0);
    }
}

fn retries(hits: &[&Known], found: &mut [Around]) {
    let mut last: Option<i64> = None;
    for (hit, around) in hits.iter().zip(found) {
        if hit.kind == HitKind::Open && hit.facts.agent.class == AgentClass::YahooProxy {
            around.asked_again = last.is_some_and(|last| hit.at.0.saturating_sub(last) <= RETRY_MS);
            last = Some(hit.at.0);
        }
    }
}

fn twins(hits: &[&Known], clicks: &[usize], found: &mut [Around]) {
    let mut by_link: HashMap<u16, Vec<usize>> = HashMap::new();
    for at in clicks {
        by_link.entry(hits[*at].link_no).or_default().push(*at);
    }
    for places in by_link.values().filter(|places| places.len() > 1) {
        for (index, at) in places.iter().enumerate() {
            let first = index.saturating_sub(TWIN_NEIGHBOURS);
            let last = (index + TWIN_NEIGHBOURS).min(places.len() - 1);
            found[*at].twin_ms = places[first..=last]
                .iter()
                .filter(|other| outdone(hits[*at], hits[**other]))
                .map(|other| hits[*at].at.since(hits[*other].at).saturating_abs())
                .min();
        }
    }
}

/// Whether `other` is the better attested half of a twin.
fn outdone(hit: &Known, other: &Known) -> bool {
    let (here, there) = (&hit.facts, &other.facts);
    hit.at.since(other.at).saturating_abs() <= TWIN_MS
        && matches!((here.client, there.client), (Some(a), Some(b)) if a != b)
        && !here.agent.system.is_empty()
        && !there.agent.system.is_empty()
        && here.agent.system != there.agent.system
        && attested(here) < attested(there)
}
