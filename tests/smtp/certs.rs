//! Certificates made with the `openssl` command, once per run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const KEY: &[&str] = &[
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
];

/// The folder with `ca.pem` and, for each of `good`, `wrong-name`, `expired`, `self-signed`, a
/// `.pem` and a `.key`. All but `self-signed` are from the CA.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("smtp-certs");
        // A folder of an earlier run is made anew.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        self_signed(&folder, "ca", "/CN=test CA");
        self_signed(&folder, "self-signed", "/CN=localhost");
        signed(&folder, "good", "DNS:localhost", "30");
        signed(&folder, "wrong-name", "DNS:mail.example.org", "30");
        signed(&folder, "expired", "DNS:localhost", "-1");
        folder
    })
}

fn self_signed(folder: &Path, name: &str, subject: &str) {
    let (key, pem) = (format!("{name}.key"), format!("{name}.pem"));
    let outputs = [
        "-keyout", &key, "-out", &pem, "-subj", subject, "-days", "30",
    ];
    let san = ["-addext", "subjectAltName=DNS:localhost"];
    openssl(folder, &[&["req", "-x509"], KEY, &outputs, &san].concat());
}

fn signed(folder: &Path, name: &str, alternative_name: &str, days: &str) {
    let [key, csr, pem] = ["key", "csr", "pem"].map(|kind| format!("{name}.{kind}"));
    let san = format!("subjectAltName={alternative_name}");
    let outputs = [
        "-keyout", &key, "-out", &csr, "-subj", "/CN=x", "-addext", &san,
    ];
    openssl(folder, &[&["req"], KEY, &outputs].concat());
    let signing = ["x509", "-req", "-in", &csr, "-out", &pem, "-days", days];
    let by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    openssl(
        folder,
        &[&signing[..], &by, &["-copy_extensions", "copyall"]].concat(),
    );
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the openssl command is installed (Debian: apt-get install openssl)");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {errors}");
}

/// The CA's certificate, for `?ca=`.
pub(crate) fn ca_file() -> PathBuf {
    folder().join("ca.pem")
}

/// A server side with the certificate called `name`.
pub(crate) fn acceptor(name: &str) -> TlsAcceptor {
    let pem = folder().join(format!("{name}.pem"));
    let chain = CertificateDer::pem_file_iter(pem).unwrap();
    let chain = chain.collect::<Result<Vec<_>, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_file(folder().join(format!("{name}.key"))).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
