//! The ports of one process.

use super::AppError;
use crate::config::Settings;
use crate::web;
use std::net::{SocketAddr, TcpListener};

/// Ports, taken before anything else is done.
pub(super) struct Sockets {
    pub(super) http: TcpListener,
    pub(super) metrics: Option<TcpListener>,
    pub(super) catcher: Option<TcpListener>,
    pub(super) lmtp: Option<TcpListener>,
}

impl Sockets {
    /// Takes the further ports that `settings` name and writes the real ones back.
    pub(super) fn open(settings: &mut Settings, http: TcpListener) -> Result<Self, AppError> {
        let take = |listen: SocketAddr| {
            let refused = |source| AppError::Listen { listen, source };
            let listener = web::listen(listen).map_err(refused)?;
            let at = listener.local_addr().map_err(refused)?;
            Ok::<_, AppError>((listener, at))
        };
        let metrics = settings.metrics_listen.map(take).transpose()?;
        let catcher = settings.catcher_listen.map(take).transpose()?;
        let lmtp = settings.lmtp_listen.map(take).transpose()?;
        settings.lmtp_listen = lmtp.as_ref().map(|(_, at)| *at);
        if let Some((_, at)) = &catcher {
            *settings = settings.clone().caught_at(*at);
        }
        Ok(Self {
            http,
            metrics: metrics.map(|(listener, _)| listener),
            catcher: catcher.map(|(listener, _)| listener),
            lmtp: lmtp.map(|(listener, _)| listener),
        })
    }
}
