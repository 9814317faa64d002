//! What a newcomer to a demonstration is told: who signs in with what, and what to try. In any other
//! installation nothing of this is shown.

use super::words::Lang;
use crate::domain::viewer::Role;
use crate::store::settings::{self, Setting};
use crate::store::{Result, Store};
use maud::{Markup, html};
use serde::Deserialize;

/// What the demonstration noted when it was founded.
#[derive(Debug, Clone, Deserialize)]
pub struct Hint {
    password: String,
    /// Role and address.
    people: Vec<(Role, String)>,
}

impl Hint {
    /// `None` where this is no demonstration.
    pub async fn read(store: &Store) -> Result<Option<Self>> {
        let text = settings::get(store, Setting::Demo).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Under the sign-in form: a button for each role.
    pub fn gate(&self, lang: Lang) -> Markup {
        html! {
            div.panel {
                h2 { (lang.demo_title()) }
                p { (lang.demo_gate(&self.password)) }
                div.acts {
                    @for (role, email) in &self.people {
                        form method="post" action="/sign-in" {
                            input type="hidden" name="email" value=(email);
                            input type="hidden" name="password" value=(self.password);
                            button title=(email) { (lang.role(*role)) }
                        }
                    }
                }
            }
        }
    }
}

/// On the first page: what to try, each with the way there.
pub fn to_try(lang: Lang) -> Markup {
    let steps = [
        ("/inbox", lang.demo_inbox()),
        ("/compose", lang.demo_compose()),
        ("/messages", lang.demo_messages()),
        ("/reports/click-through", lang.demo_content()),
        ("/reports/response-time", lang.demo_waits()),
    ];
    html! {
        div.panel {
            h2 { (lang.demo_try()) }
            ul.plain { @for (href, words) in steps { li { a href=(href) { (words) } } } }
        }
    }
}
