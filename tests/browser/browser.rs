//! A Chromium of our own: one chromedriver for the binary, one session for each test.

use crate::support::ports;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long anything on a page may take before it counts as never.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Headless Chromium says so in its agent and is rightly taken for a machine.
const AS_A_PERSON: &str = "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

/// Started once for each test, ended with it.
pub struct Browser {
    /// For everything WebDriver can do.
    pub client: Client,
    driver: Driver,
    session: String,
    http: reqwest::Client,
}

struct Driver {
    child: Child,
    url: String,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Driver {
    fn start() -> Self {
        let port = ports::free().port();
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (tests/run does it)");
        let url = format!("http://127.0.0.1:{port}");
        Self { child, url }
    }
}

impl Browser {
    /// A fresh profile with nothing in it.
    pub async fn start() -> Self {
        let driver = Driver::start();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let ready = async {
            while http
                .get(format!("{}/status", driver.url))
                .send()
                .await
                .is_err()
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready)
            .await
            .expect("chromedriver answers");
        let capabilities = json!({
            "goog:chromeOptions": { "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run", "--hide-scrollbars", "--lang=en-GB", AS_A_PERSON,
            ] },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("it is an object as written")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url)
            .await
            .expect("chromium is installed (tests/run does it)");
        let session = client.session_id().await.unwrap().expect("a session");
        let browser = Self {
            client,
            driver,
            session,
            http,
        };
        browser.desk().await;
        browser
    }

    async fn ask(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/session/{}/{path}", self.driver.url, self.session);
        let text = serde_json::to_string(body).unwrap();
        let answer = self.http.post(url).body(text).send().await.unwrap();
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        answer["value"].clone()
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.ask("goog/cdp/execute", &body).await
    }

    async fn size(&self, width: u32, height: u32, mobile: bool) {
        let parameters = json!({
            "width": width, "height": height, "deviceScaleFactor": if mobile { 2 } else { 1 }, "mobile": mobile,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", parameters)
            .await;
    }

    /// 1280 px wide.
    pub async fn desk(&self) {
        self.size(1280, 900, false).await;
    }

    /// A phone, `width` px wide.
    pub async fn phone(&self, width: u32) {
        self.size(width, 844, true).await;
    }

    /// The reader's preference for `light` or `dark`.
    pub async fn scheme(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await;
    }

    /// Saves the whole page as `target/screenshots/{name}.png`.
    pub async fn shoot(&self, name: &str) {
        let size = self
            .script("return [document.documentElement.clientWidth, Math.min(2400, document.documentElement.scrollHeight)]")
            .await;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let parameters = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let shot = self.devtools("Page.captureScreenshot", parameters).await;
        let bytes = STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }

    /// Runs `code` in the page.
    pub async fn script(&self, code: &str) -> Value {
        self.client.execute(code, Vec::new()).await.unwrap()
    }

    /// What the browser complained about since it was last asked, such as a violated policy.
    /// Failed look-ups of hosts that do not exist are not among it.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.ask("se/log", &json!({ "type": "browser" })).await;
        let entries = log.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .map(|entry| entry["message"].as_str().unwrap_or("").to_owned())
            .filter(|message| !message.contains("Failed to load resource"))
            .collect()
    }

    /// Whether the page is wider than the window.
    pub async fn scrolls_sideways(&self) -> bool {
        let code =
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        self.script(code).await == Value::Bool(true)
    }

    /// Types into the field with this id.
    pub async fn fill(&self, id: &str, text: &str) {
        let field = self.find(&format!("#{id}")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses what the selector names.
    pub async fn press(&self, selector: &str) {
        self.find(selector).await.click().await.unwrap();
    }

    /// Waits for what the selector names.
    pub async fn find(&self, selector: &str) -> fantoccini::elements::Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(selector))
            .await
            .unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// The text of what the selector names.
    pub async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await.unwrap()
    }

    /// Waits until the text of what the selector names holds `wanted`.
    pub async fn until(&self, selector: &str, wanted: &str) {
        let code = format!(
            "return (document.querySelector({}) || {{innerText: ''}}).innerText.replaceAll('\\u00a0', ' ')",
            Value::from(selector)
        );
        let look = async {
            loop {
                let text = self.script(&code).await;
                if text.as_str().unwrap_or("").contains(wanted) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let said = tokio::time::timeout(PATIENCE, look).await;
        let text = self.script(&code).await;
        assert!(
            said.is_ok(),
            "{selector} never said {wanted:?}; it says {text:?}"
        );
    }

    /// Signs in at `base`.
    pub async fn sign_in(&self, base: &str, email: &str, password: &str) {
        self.client.goto(&format!("{base}sign-in")).await.unwrap();
        self.fill("f-email", email).await;
        self.fill("f-password", password).await;
        self.press("form button").await;
        self.find(".rail").await;
    }

    /// Ends the session.
    pub async fn quit(self) {
        self.client.clone().close().await.unwrap();
    }
}
