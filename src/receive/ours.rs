//! Ourselves, as `inbound` must know us: keys, addresses, domains, hosts.

use super::reading;
use crate::ctx::Ctx;
use crate::domain::address::{EmailAddress, is_freemail};
use crate::domain::ticket::TicketKeys;
use crate::domain::verp::VerpKeys;
use crate::inbound::{Display, Ours};
use crate::store::{Result, inbound};

/// Ourselves, as things stand.
pub(super) async fn ours(ctx: &Ctx) -> Result<Ours> {
    let found = inbound::gate::addresses(&ctx.store).await?;
    let addresses: Vec<EmailAddress> = found
        .iter()
        .filter_map(|text| EmailAddress::parse(text).ok())
        .collect();
    let mut domains: Vec<String> = addresses
        .iter()
        .map(|address| address.domain().to_owned())
        .filter(|domain| !is_freemail(domain))
        .collect();
    domains.sort();
    domains.dedup();
    let settings = &ctx.settings;
    let hosts = [&settings.tracking_url, &settings.base_url];
    Ok(Ours {
        verp: VerpKeys::new(&ctx.keys),
        tickets: TicketKeys::new(&ctx.keys),
        addresses,
        domains,
        tracking_hosts: hosts
            .iter()
            .filter_map(|url| url.host_str().map(str::to_ascii_lowercase))
            .collect(),
    })
}

/// A stored mail as a person is shown it; `None` where it cannot be read.
pub async fn display(ctx: &Ctx, raw: Vec<u8>) -> Result<Option<Display>> {
    let ours = ours(ctx).await?;
    Ok(reading::display(raw, ours).await)
}

/// Whether `address` is inside the organisation: one of our own, or at a domain that is ours alone.
pub(super) fn is_inside(ours: &Ours, address: &str) -> bool {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    ours.owns(address)
        || ours
            .domains
            .iter()
            .any(|own| own.eq_ignore_ascii_case(domain))
}
