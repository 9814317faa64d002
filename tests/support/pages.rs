//! A person at the pages: signed in with a cookie, sending forms with the token that stands in
//! them.

use super::app::{PASSWORD, Person, TestApp};
use reqwest::Response;
use reqwest::header::{HeaderMap, HeaderValue};

/// One signed-in browser.
pub struct Pages<'a> {
    app: &'a TestApp,
    cookie: String,
    token: String,
    /// Headers of every request beside.
    seen_as: HeaderMap,
}

impl<'a> Pages<'a> {
    /// A browser that is not signed in.
    pub fn nobody(app: &'a TestApp) -> Self {
        Self {
            app,
            cookie: String::new(),
            token: String::new(),
            seen_as: HeaderMap::new(),
        }
    }

    pub async fn sign_in(app: &'a TestApp, person: &Person) -> Self {
        Self::sign_in_as_seen(app, person, &[]).await
    }

    /// As [`Self::sign_in`], with headers that tell where the browser is and which it is.
    pub async fn sign_in_as_seen(
        app: &'a TestApp,
        person: &Person,
        seen_as: &[(&'static str, &'static str)],
    ) -> Self {
        let mut pages = Self::nobody(app);
        for (name, value) in seen_as {
            let value = HeaderValue::from_static(value);
            pages.seen_as.insert(*name, value);
        }
        let fields = [("email", person.email.as_str()), ("password", PASSWORD)];
        let answer = pages.post("sign-in", &fields).await;
        assert_eq!(answer.status(), 303, "{}", person.email);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie
            .split(';')
            .next()
            .unwrap()
            .clone_into(&mut pages.cookie);
        let page = pages.get("settings").await.text().await.unwrap();
        let (_, rest) = page.split_once("name=\"form_token\" value=\"").unwrap();
        rest.split('"').next().unwrap().clone_into(&mut pages.token);
        pages
    }

    /// `GET path` (no slash in front).
    pub async fn get(&self, path: &str) -> Response {
        let request = self.app.http.get(format!("{}{path}", self.app.url));
        let request = request.headers(self.seen_as.clone());
        request.header("Cookie", &self.cookie).send().await.unwrap()
    }

    /// The text of a page that is there.
    pub async fn read(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// Sends a form with its token.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("form_token", &self.token);
        form.extend_pairs(fields);
        let here = self.app.url.trim_end_matches('/');
        let request = self.app.http.post(format!("{}{path}", self.app.url));
        let request = request
            .headers(self.seen_as.clone())
            .header("Cookie", &self.cookie)
            .header("Origin", here)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.finish());
        request.send().await.unwrap()
    }

    /// Sends a form that is taken; gives where it leads.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        let status = answer.status();
        let to = answer.headers().get("location").cloned();
        let text = answer.text().await.unwrap();
        assert_eq!(status, 303, "{path}: {text}");
        to.unwrap().to_str().unwrap().to_owned()
    }

    /// Sends a form that is not taken; gives the page.
    pub async fn refused(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status(), 422, "{path}");
        answer.text().await.unwrap()
    }
}
