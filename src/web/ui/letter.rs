//! Other people's HTML inside our pages: in a frame of its own that runs nothing and knows no
//! cookies. Pictures from elsewhere are taken out, unless somebody asks for them as a mail program
//! would; links open beside the frame.

use actix_web::HttpResponse;
use actix_web::http::header;
use lol_html::{RewriteStrSettings, element, rewrite_str};
use maud::{Markup, html};

/// Whether pictures from elsewhere are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictures {
    /// They are taken out.
    Left,
    /// They are loaded: the sender learns of it.
    Loaded,
}

/// The frame that shows what is at `src`.
pub fn frame(src: &str, title: &str) -> Markup {
    html! {
        iframe.mail src=(src) title=(title) sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" {}
    }
}

/// As [`frame`], fetched only once it is seen: in a thread most are never opened.
pub fn lazy_frame(src: &str, title: &str) -> Markup {
    html! {
        iframe.mail src=(src) title=(title) loading="lazy" sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" {}
    }
}

/// The document inside the frame. The policy says `sandbox` too, so that it is as harmless when
/// somebody opens its address by itself.
pub fn document(mail_html: &str, pictures: Pictures) -> HttpResponse {
    let images = match pictures {
        Pictures::Left => "data:",
        Pictures::Loaded => "data: http: https:",
    };
    let policy = format!(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
         style-src 'unsafe-inline'; img-src {images}; form-action 'none'; frame-ancestors 'self'"
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::X_FRAME_OPTIONS, "SAMEORIGIN"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(prepared(mail_html, pictures))
}

/// Plain text as a document for the frame.
pub fn plain_document(text: &str) -> HttpResponse {
    let page = html! { pre { (text) } };
    document(&page.into_string(), Pictures::Left)
}

/// The mail with its links led out of the frame and without what would be fetched or run. The
/// policy forbids the same; taking it out first keeps the browser's log for real surprises.
fn prepared(mail_html: &str, pictures: Pictures) -> String {
    let settings = RewriteStrSettings::new()
        .append_element_content_handler(element!("script, base, object, embed, iframe", |el| {
            el.remove();
            Ok(())
        }))
        .append_element_content_handler(element!("link, meta[http-equiv]", |el| {
            el.remove();
            Ok(())
        }))
        .append_element_content_handler(element!("*", |el| {
            let handlers: Vec<String> = el
                .attributes()
                .iter()
                .map(lol_html::html_content::Attribute::name)
                .filter(|name| name.starts_with("on"))
                .collect();
            for name in handlers {
                el.remove_attribute(&name);
            }
            Ok(())
        }))
        .append_element_content_handler(element!("img, [background]", move |el| {
            if pictures == Pictures::Left {
                for name in ["src", "srcset", "background"] {
                    let is_foreign = el
                        .get_attribute(name)
                        .is_some_and(|value| !value.trim().starts_with("data:"));
                    if is_foreign {
                        el.remove_attribute(name);
                    }
                }
            }
            Ok(())
        }));
    let body = rewrite_str(mail_html, settings).unwrap_or_default();
    format!("<base target=\"_blank\">{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_run_or_be_fetched_is_taken_out_and_links_stay() {
        let mail = r#"<p onclick="x()">Hi <a href="https://a.example/?q=1">there</a><img src="https://b.example/p.gif" onerror=alert(1)><img src="data:image/gif;base64,AA"><script>alert(1)</script><iframe src=//e></iframe>"#;
        let left = prepared(mail, Pictures::Left);
        for gone in ["onclick", "onerror", "b.example", "script", "iframe"] {
            assert!(!left.contains(gone), "{gone} in {left}");
        }
        assert!(left.contains(r#"<a href="https://a.example/?q=1">there</a>"#));
        assert!(left.contains("data:image/gif"));
        assert!(prepared(mail, Pictures::Loaded).contains("b.example"));
    }
}
