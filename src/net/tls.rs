//! The handshake. Certificates are always checked, by the roots of the system or by those of the
//! server's own CA file; there is no setting that leaves the check out.

use super::stream::Stream;
use crate::deliver::Answer;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Client settings, the system's roots read once.
#[derive(Debug, Default)]
pub(in crate::net) struct Tls {
    system: OnceCell<Arc<ClientConfig>>,
}

impl Tls {
    /// Shakes hands with `host` over `stream`.
    pub(in crate::net) async fn handshake(
        &self,
        host: &str,
        ca_file: Option<&Path>,
        stream: TcpStream,
        limit: Duration,
    ) -> Result<Stream, Answer> {
        let config = match ca_file {
            // Read anew for each connection: a renewed CA needs no restart.
            Some(path) => config_of(own_roots(path).await?)?,
            None => Arc::clone(self.system.get_or_try_init(system_config).await?),
        };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| failed("the host is not a name a certificate can have"))?;
        let handshake = TlsConnector::from(config).connect(name, stream);
        match timeout(limit, handshake).await {
            Ok(Ok(stream)) => Ok(Stream::Tls(Box::new(stream))),
            Ok(Err(error)) => Err(Answer::TlsFailed(error.to_string())),
            Err(_) => Err(Answer::Timeout),
        }
    }
}

fn failed(text: &str) -> Answer {
    Answer::TlsFailed(text.to_owned())
}

async fn system_config() -> Result<Arc<ClientConfig>, Answer> {
    let found = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs)
        .await
        .map_err(|_| failed("the system's certificates could not be read"))?;
    config_of(found.certs)
}

async fn own_roots(path: &Path) -> Result<Vec<CertificateDer<'static>>, Answer> {
    let unreadable = || failed("the CA file could not be read");
    let pem = tokio::fs::read(path).await.map_err(|_| unreadable())?;
    CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|_| unreadable())
}

fn config_of(certificates: Vec<CertificateDer<'static>>) -> Result<Arc<ClientConfig>, Answer> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(failed("there is no certificate to trust"));
    }
    // The provider is named: a second one linked by any dependency would make the default panic.
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| failed("the TLS versions are not supported"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
