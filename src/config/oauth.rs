//! The registrations of this installation with providers of mailboxes.

use crate::domain::mailbox::Provider;
use secrecy::SecretString;
use url::Url;

/// What Google and Microsoft know this installation by; `None` where it is not registered.
#[derive(Debug, Clone, Default)]
pub struct OAuthApps {
    /// With Google.
    pub google: Option<OAuthApp>,
    /// With Microsoft.
    pub microsoft: Option<OAuthApp>,
}

/// One registration.
#[derive(Debug, Clone)]
pub struct OAuthApp {
    /// The public half.
    pub client_id: String,
    /// The secret half; a public client has none.
    pub client_secret: Option<SecretString>,
    /// The consent page.
    pub auth_url: Url,
    /// Where codes are changed for tokens.
    pub token_url: Url,
}

impl OAuthApps {
    /// The registration with `provider`.
    pub const fn of(&self, provider: Provider) -> Option<&OAuthApp> {
        match provider {
            Provider::Google => self.google.as_ref(),
            Provider::Microsoft => self.microsoft.as_ref(),
        }
    }
}
