//! Every part on one page, in both languages, written to `target/gallery` to be looked at.

use super::chart::{Bar, Bin, Caption, Curve, Point, Segment, bars, curve, histogram};
use super::layout::{Frame, Here, page};
use super::parts::{
    Errors, Form, Share, When, empty, figure, judgement_tag, moment, share_cell, state_tag, tag,
};
use super::words::{Lang, Tone, Zone};
use super::{assets, layout};
use crate::domain::clock::Millis;
use crate::domain::delivery::DeliveryState;
use crate::domain::verdict::{Judgement, Rule, Verdict};
use crate::domain::viewer::Role;
use maud::{Markup, html};

fn frame(lang: Lang) -> Frame {
    Frame {
        when: When {
            lang,
            zone: Zone::named("Europe/Berlin"),
            now: Millis(1_795_525_500_000),
        },
        name: "Anna Petrova".to_owned(),
        role: Role::Rep,
        form_token: "token".to_owned(),
        is_caught: true,
        hold: None,
        notices: 3,
        done: Some(lang.saved().to_owned()),
    }
}

fn share(n: i64, of: i64) -> Share {
    let rate = n as f64 / of as f64;
    Share {
        n,
        of,
        rate: Some(rate),
        low: rate * 0.8,
        high: rate * 1.25,
        withheld: (of < 30).then(|| Lang::En.few_contacts(&n.to_string(), &of.to_string())),
    }
}

fn charts(lang: Lang) -> Markup {
    let point = |x: i32| {
        let y = 0.18 + 0.05 * f64::from(x).sin();
        Point {
            x: f64::from(x),
            y: Some(y),
            band: Some((y - 0.04, y + 0.05)),
            segment: if x > 22 {
                Segment::Filling
            } else {
                Segment::Settled
            },
            hint: format!("{x}"),
        }
    };
    let line = Curve {
        points: (0..=28).map(point).collect(),
        start: 0.0,
        end: 28.0,
        labels: [(0.0, "27 Oct"), (14.0, "10 Nov"), (28.0, "24 Nov")]
            .map(|(x, words)| (x, words.to_owned()))
            .to_vec(),
        name: "human click-through".to_owned(),
        filling: "still filling".to_owned(),
        is_share: true,
    };
    let rows: Vec<Bar> = [
        "Price list 2027",
        "Case study: two plants, one warehouse, no stock-outs",
        "Book a call",
    ]
    .iter()
    .zip([0.31, 0.22, 0.08])
    .map(|(label, value)| Bar {
        label: (*label).to_owned(),
        value,
        band: Some((value * 0.8, value * 1.3)),
        figures: format!("{} · {}", lang.percent(value), lang.n_of("28", "120")),
        dim: value < 0.1,
    })
    .collect();
    let bins: Vec<Bin> = (0_i64..12)
        .map(|i| Bin {
            label: if i % 3 == 0 {
                format!("{i} h")
            } else {
                String::new()
            },
            human: (i * 7) % 11,
            machine: Some((i * 5) % 7),
            hint: String::new(),
        })
        .collect();
    let caption = |id| Caption {
        id,
        title: "Title",
        desc: "Description",
    };
    html! {
        div.panel { figure { figcaption { "Click-through by week" } (curve(caption("a"), &line, |y| lang.percent(y))) } }
        div.two {
            div.panel { figure { figcaption { "By content" } (bars(caption("b"), &rows)) } }
            div.panel { figure { figcaption { "Time to the first click" } (histogram(caption("c"), &bins, |n| lang.integer(n))) } }
        }
    }
}

fn gallery(lang: Lang) -> Markup {
    let frame = frame(lang);
    let when = &frame.when;
    let mut errors = Errors::default();
    errors.add("to", lang.not_an_email());
    let form = Form { errors: &errors };
    let judged = |verdict, rule| {
        judgement_tag(
            lang,
            &Judgement {
                verdict,
                rule,
                params: vec!["Slackbot".to_owned()],
            },
        )
    };
    let body = html! {
        div.lead {
            div { h1 { "Three people clicked since yesterday; Boris at Nordwind 12 min ago" } p { "Call while it is warm. Two letters wait for their time, one needs a look." } }
            a.button.go-on href="/compose" { (lang.nav_compose()) }
        }
        div.figs {
            (figure("Human click-through", "23%", &html! { "28 of 120 · 16–31%" }))
            (figure("Sent", &lang.integer(12_345), &html! { "7 still filling" }))
        }
        table {
            thead { tr { th { (lang.name()) } th { "State" } th { "Last click" } th.num { "Rate" } } }
            tbody {
                @for (i, name) in ["Boris Weiß", "Ирина Соколова", "Mary-Jane O\u{2019}Neill"].iter().enumerate() {
                    tr {
                        td { a.open href="/x" { (name) } span.sub { "Nordwind GmbH · price list" } }
                        td data-l="State" { (state_tag(lang, DeliveryState::ALL[i * 3 + 2])) }
                        td data-l="Last click" { (moment(when, when.now.plus(-720_000 * (i as i64 + 1) * 7))) }
                        td.num data-l="Rate" { (share_cell(lang, &share(28 - i as i64 * 11, 120 - i as i64 * 50), 0.5)) }
                    }
                }
            }
        }
        h2 { "Timeline" }
        ul.feed.panel {
            li { (moment(when, when.now)) span { (lang.clicked_link("Price list")) } (judged(Verdict::LikelyHuman, Rule::HNav)) span.sub { "Firefox, Windows" } }
            li { (moment(when, when.now)) span { (lang.clicked_link("Price list")) } (judged(Verdict::Scanner, Rule::BDeclared)) }
            li { (moment(when, when.now)) span { (lang.ev_sent()) } (tag(lang.state_sent(), Tone::Good)) }
        }
        (charts(lang))
        (errors.summary(lang))
        form.panel {
            (form.line("text", "to", lang.to(), "anna@", "An address or a name.", "required"))
            (form.area("code", "html", "HTML", "<p>Hello</p>", ""))
            div.acts { button.go-on { "Send to Anna now" } button { (lang.save()) } }
        }
        (empty("No letters yet", "The first one you send shows here with its clicks.", Some(("/compose", "Write one"))))
    };
    page(&frame, Here::Today, "Gallery", &body)
}

#[test]
fn every_part_renders_in_both_languages_without_inline_style_or_script() {
    let dir = std::env::var("CARGO_TARGET_DIR").map_or_else(
        |_| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
        std::path::PathBuf::from,
    );
    let dir = dir.join("gallery");
    std::fs::create_dir_all(&dir).unwrap();
    for lang in Lang::ALL {
        let html = gallery(lang).into_string();
        assert!(
            !html.contains("style=") && !html.contains("<script>") && !html.contains(" onclick")
        );
        let local = html
            .replace(assets::css_path(), "otklik.css")
            .replace(assets::js_path(), "none.js");
        std::fs::write(dir.join(format!("parts-{}.html", lang.tag())), local).unwrap();
    }
    std::fs::write(dir.join("otklik.css"), include_str!("assets/otklik.css")).unwrap();
    let gate = layout::gate(Lang::En, "x", &html! {}).into_string();
    assert!(gate.contains("lang=\"en\""));
}
