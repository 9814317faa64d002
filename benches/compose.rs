//! Rows 8 and 9 of the performance targets. Row 8: rewriting a mail of 45 KB with 60 links, divided
//! by pytracking (PyPI) on the same mail, in turns. Row 9: whole mails a second (merge, rewrite,
//! MIME, DKIM with RSA-2048), the text part supplied or derived from the HTML.
//!
//! `cargo bench --bench compose` after `bash tests/peers/mail.sh`. Time is CPU time of one thread on
//! both sides, so a busy machine changes little; the median of five rounds is printed. Both sides of
//! row 8 make a link of their own for each of 60 and add a pixel; ours also signs each.

use otklik::compose::input::{Content, Merge, Person, RenderInput, Rfc822Id};
use otklik::domain::address::{EmailAddress, HeaderText};
use otklik::domain::clock::Millis;
use otklik::domain::contact::{OpenTracking, Tracking};
use otklik::domain::id::DeliveryId;
use otklik::domain::keys::KeyRing;
use otklik::domain::mailbox::EnvelopePolicy;
use otklik::domain::message::{MailClass, UrlTextPolicy};
use otklik::domain::ticket::TicketKeys;
use otklik::render::{Setup, render};
use otklik::rewrite::{Links, Options, rewrite};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use uuid::Uuid;

const ROUNDS: usize = 5;
const LINKS: usize = 60;
const OWN: &str = "https://t.example.org/";

fn main() {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/mail");
    assert!(
        peers.join("stamp").exists(),
        "run tests/peers/mail.sh first"
    );
    rewriting(&peers);
    composing(&peers);
}

fn rewriting(peers: &Path) {
    let html = page(45_000, "Anna");
    let mut anchor = Pytracking::start(peers, &html);
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| (anchor.rate(150), rate(4_000, rewrite_one(&html))))
        .collect();
    rounds.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    let (theirs, ours) = rounds[ROUNDS / 2];
    println!(
        "row 8: {} bytes, {LINKS} links: pytracking {theirs:.0}/s, otklik {ours:.0}/s, ratio {:.1} (from {:.1} to {:.1}; floor 20, goal 25)",
        html.len(),
        ours / theirs,
        rounds[0].1 / rounds[0].0,
        rounds[ROUNDS - 1].1 / rounds[ROUNDS - 1].0,
    );
}

fn composing(peers: &Path) {
    let ring = KeyRing::parse(&KeyRing::generate([7; 32])).expect("a fresh ring parses");
    let mut setup = Setup::new(OWN, &ring).expect("the base is a URL");
    setup
        .postal_address
        .push_str("Example Ltd\n1 Long Lane, Leeds");
    let pem = std::fs::read_to_string(peers.join("rsa.pem")).expect("the peers hold a key");
    setup
        .dkim
        .add("example.org", "s1", &pem)
        .expect("the key has 2,048 bits");
    for (what, text, floor, goal) in [
        ("supplied", Some(letter()), 1_000, 1_500),
        ("derived", None, 300, 350),
    ] {
        let input = input(text);
        let size = render(&input, &setup)
            .expect("the mail renders")
            .bytes
            .len();
        let mut rounds: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                rate(600, || {
                    black_box(render(black_box(&input), &setup).expect("the mail renders"));
                })
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        println!(
            "row 9: text {what}: {:.0} mails/s a core (from {:.0} to {:.0}; floor {floor}, goal {goal}), {size} bytes",
            rounds[ROUNDS / 2],
            rounds[0],
            rounds[ROUNDS - 1],
        );
    }
}

/// What the lane does to the HTML of one delivery.
fn rewrite_one(html: &str) -> impl FnMut() {
    let ring = KeyRing::parse(&KeyRing::generate([7; 32])).expect("a fresh ring parses");
    let tickets = TicketKeys::new(&ring);
    let delivery = DeliveryId(Uuid::from_bytes([9; 16]));
    let pixel = format!("{OWN}o/{}.gif", tickets.sign_open(delivery));
    let contents = HashSet::new();
    move || {
        let options = Options {
            own: OWN,
            excluded_hosts: &[],
            url_text: UrlTextPolicy::Track,
            contents: &contents,
            links: Links::Track,
            footer: None,
            pixel: Some(&pixel),
        };
        let done = rewrite(black_box(html), &options, &mut |link| {
            let ticket = tickets.sign_click(delivery, link.no, link.destination, &link.url);
            Some([OWN, "c/", &ticket.ok()?].concat())
        });
        assert_eq!(done.links.len(), LINKS);
        black_box(done);
    }
}

/// Runs a second of CPU time, for `times` runs of `work`.
fn rate(times: u32, mut work: impl FnMut()) -> f64 {
    let before = cpu_seconds();
    for _ in 0..times {
        work();
    }
    f64::from(times) / (cpu_seconds() - before)
}

/// CPU seconds of this thread (Linux: the first figure of schedstat, in nanoseconds).
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    let figure = text.split(' ').next().and_then(|it| it.parse::<f64>().ok());
    figure.expect("the first figure is a number") / 1e9
}

/// A mail of about `bytes` with tables, inline styles and 60 links, as editors make them.
fn page(bytes: usize, name: &str) -> String {
    let mut html = format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>Prices</title><style>.row td {{ padding: 8px 16px; }} a {{ color: #115; }}</style></head><body style=\"margin:0;font-family:sans-serif\"><p>Hello {name}, here is what we spoke about.</p>"
    );
    let filler = "A sentence about the offer, in plain words, long enough to look like a mail. ";
    for no in 0..LINKS {
        write!(html, "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" class=\"row\"><tr><td style=\"padding:8px 16px;color:#222;font-size:15px;line-height:1.5\"><p><a href=\"https://www.example.com/catalogue/item-{no}?utm_source=mail&amp;utm_campaign=spring&amp;ref={no}\" style=\"color:#115;font-weight:bold\" target=\"_blank\">Look at item {no}</a> ").expect("a String takes all");
        while html.len() < bytes * (no + 1) / LINKS {
            html.push_str(filler);
        }
        html.push_str("</p></td></tr></table>\n");
    }
    html.push_str("</body></html>");
    html
}

fn letter() -> String {
    let line = "A sentence about the offer, in plain words, that stands in the text part too.\n";
    format!("Hello,\n\n{}\nBest\nBo\n", line.repeat(40))
}

fn input(text: Option<String>) -> RenderInput {
    let address = |text| EmailAddress::parse(text).expect("an address");
    let person = |name, text| Person {
        name: HeaderText::parse(name).expect("a name"),
        address: address(text),
    };
    let delivery = DeliveryId(Uuid::from_bytes([9; 16]));
    let mut fields = otklik::compose::input::Fields::default();
    fields.contact.first_name = Some("Anna".to_owned());
    RenderInput {
        delivery,
        message_id: Rfc822Id::new(delivery.0, &address("bo@example.org")),
        date: Millis(1_790_000_000_000),
        class: MailClass::Outreach,
        from: person("Bo Ström", "bo@example.org"),
        recipient: address("anna@customer.example"),
        to: vec![person("Anna Smith", "anna@customer.example")],
        cc: Vec::new(),
        reply_to: None,
        in_reply_to: None,
        references: Vec::new(),
        headers: Vec::new(),
        content: Content {
            subject: "Prices for {{ contact.first_name }}".to_owned(),
            html: Some(page(50_000, "{{ contact.first_name }}")),
            text,
            merge: Merge::Template,
        },
        fields,
        attachments: Vec::new(),
        tracking: Tracking {
            opens: OpenTracking::Events,
            clicks: true,
        },
        url_text: UrlTextPolicy::Track,
        contents: HashSet::new(),
        envelope: EnvelopePolicy::Plus,
    }
}

/// The anchor in a process of its own: reads a number of runs, answers with CPU seconds.
struct Pytracking {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

const SCRIPT: &str = r#"
import sys, time
from pytracking import Configuration
from pytracking.html import adapt_html
html = open(sys.argv[1], encoding="utf-8").read()
configuration = Configuration(base_open_tracking_url="https://t.example.org/o/", base_click_tracking_url="https://t.example.org/c/")
for line in sys.stdin:
    before = time.process_time()
    for _ in range(int(line)):
        done = adapt_html(html, {"delivery": "0190f1e2-0000-7000-8000-000000000000"}, configuration=configuration)
    print(time.process_time() - before, flush=True)
assert done.count("https://t.example.org/c/") == 60
"#;

impl Pytracking {
    fn start(peers: &Path, html: &str) -> Self {
        let file: PathBuf = peers.join("bench.html");
        std::fs::write(&file, html).expect("the peers' folder can be written");
        let mut child = Command::new(peers.join("venv/bin/python"))
            .args(["-c", SCRIPT])
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peers hold a Python");
        let stdin = child.stdin.take().expect("it is piped");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut this = Self {
            child,
            stdin,
            stdout,
        };
        // Its imports are not part of any round.
        this.rate(5);
        this
    }

    fn rate(&mut self, times: u32) -> f64 {
        writeln!(self.stdin, "{times}").expect("the anchor listens");
        let mut line = String::new();
        self.stdout
            .read_line(&mut line)
            .expect("the anchor answers");
        let seconds: f64 = line.trim().parse().expect("the anchor answers in seconds");
        f64::from(times) / seconds
    }
}

impl Drop for Pytracking {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
