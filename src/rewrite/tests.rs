//! What is rewritten, what is left, and that nothing else moves.

use super::*;
use proptest::prelude::*;

const OWN: &str = "https://t.example/";

fn options<'a>(contents: &'a HashSet<DestinationId>, excluded: &'a [String]) -> Options<'a> {
    Options {
        own: OWN,
        excluded_hosts: excluded,
        url_text: UrlTextPolicy::Track,
        contents,
        links: Links::Track,
        footer: None,
        pixel: None,
    }
}

fn run(html: &str, options: &Options<'_>) -> Rewritten {
    rewrite(html, options, &mut |link| {
        Some(format!("{OWN}c/{}", link.no))
    })
}

fn plain(html: &str) -> Rewritten {
    run(html, &options(&HashSet::new(), &[]))
}

fn codes(done: &Rewritten) -> Vec<FindingCode> {
    done.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_target_is_what_the_authors_link_means() {
    for (tag, target) in [
        (
            r#"<a href="https://x.example/?a=1&amp;b=2">"#,
            "https://x.example/?a=1&b=2",
        ),
        (
            r#"<a href="https://x.example/?a=1&b=2">"#,
            "https://x.example/?a=1&b=2",
        ),
        (
            r#"<a href="https://x.example/?q=1&copy=2">"#,
            "https://x.example/?q=1&copy=2",
        ),
        (
            r#"<a href="https://x.example/?q=1&copy;2">"#,
            "https://x.example/?q=1©2",
        ),
        (
            r#"<a href="https://x.example/%EF?f[0]=a#grün">"#,
            "https://x.example/%EF?f[0]=a#grün",
        ),
        (
            r#"<a href="https://grün.example/🎉">"#,
            "https://grün.example/🎉",
        ),
        (
            r#"<a href="https://x.example/{id}">"#,
            "https://x.example/{id}",
        ),
        (
            "<a href=\" \n https://x.example/a\tb \">",
            "https://x.example/ab",
        ),
        ("<a href='https://x.example/a'>", "https://x.example/a"),
        (
            "<a class=b href=https://x.example/a>",
            "https://x.example/a",
        ),
        ("<A HREF=HTTPS://X.example/A>", "HTTPS://X.example/A"),
        (
            "<area shape=rect href=\"http://x.example\">",
            "http://x.example",
        ),
        (
            "<a href=https://x.example/1 href=https://x.example/2>",
            "https://x.example/1",
        ),
        ("<a href=https:x.example>", "https:x.example"),
    ] {
        let done = plain(&format!("{tag}text</a>"));
        let urls: Vec<_> = done.links.iter().map(|link| link.url.as_str()).collect();
        assert_eq!(urls, [target], "{tag}");
    }
}

#[test]
fn only_the_value_changes_and_every_other_byte_stays() {
    let html = "<!DOCTYPE html><A  ID=1\n HREF = 'https://x.example/'  data-x=\"&amp;\" >x</A ><a href=https://x.example/2 >y</a>\r\n<p>";
    let done = plain(html);
    assert_eq!(
        done.html,
        "<!DOCTYPE html><A  ID=1\n HREF = 'https://t.example/c/1'  data-x=\"&amp;\" >x</A ><a href=\"https://t.example/c/2\" >y</a>\r\n<p>"
    );
}

#[test]
fn what_is_no_link_of_the_author_stays_as_it_is() {
    let excluded = ["bank.example".to_owned()];
    let contents = HashSet::new();
    for (href, finding) in [
        ("mailto:a@b.example", None),
        ("tel:+1", None),
        ("sms:+1", None),
        ("cid:logo", None),
        ("data:text/plain,x", None),
        ("javascript:void(0)", None),
        ("#part", None),
        ("", None),
        ("https://t.example/c/abc", None),
        ("HTTPS://T.example/u/abc", None),
        ("https://bank.example/", None),
        ("https://www.bank.example/", None),
        ("/path", Some(FindingCode::LinkRelative)),
        ("//x.example", Some(FindingCode::LinkRelative)),
        ("{{ url }}", Some(FindingCode::LinkUnfilled)),
        (
            "https://x.example/{{ id }}",
            Some(FindingCode::LinkUnfilled),
        ),
        ("https://", Some(FindingCode::LinkInvalid)),
        ("https://x.example:99999/", Some(FindingCode::LinkInvalid)),
    ] {
        let html = format!("<a href=\"{href}\">x</a>");
        let done = run(&html, &options(&contents, &excluded));
        assert_eq!(done.html, html);
        assert_eq!(codes(&done), Vec::from_iter(finding), "{href}");
    }
    let near = run(
        "<a href=https://notbank.example>x</a>",
        &options(&contents, &excluded),
    );
    assert_eq!(near.links.len(), 1);
    let off = "<a data-otklik=off href=https://x.example>x</a>";
    assert_eq!(plain(off).html, off);
    let long = format!("<a href=\"https://x.example/{}\">x</a>", "y".repeat(1_500));
    assert_eq!(codes(&plain(&long)), [FindingCode::LinkTooLong]);
    assert_eq!(plain(&long).html, long);
    let text = "<style>a[href='https://x.example'] {}</style><!-- <a href=https://x.example> --><script>'<a href=https://x.example>'</script><link href=https://x.example/style.css>";
    assert_eq!(plain(text).html, text);
}

#[test]
fn outlooks_conditional_comments_are_rewritten_inside() {
    let html = "<!--[if mso]><v:roundrect href=\"https://x.example/a\" arcsize='5%'><center>Go</center></v:roundrect><![endif]--><!--[if !mso]><!--><a href=\"https://x.example/a\">Go</a><!--<![endif]--><![if !mso]><a href=\"https://x.example/b\">B</a><![endif]>";
    let done = plain(html);
    assert_eq!(
        done.html,
        "<!--[if mso]><v:roundrect href=\"https://t.example/c/1\" arcsize='5%'><center>Go</center></v:roundrect><![endif]--><!--[if !mso]><!--><a href=\"https://t.example/c/2\">Go</a><!--<![endif]--><![if !mso]><a href=\"https://t.example/c/3\">B</a><![endif]>"
    );
    assert_eq!(done.links[0].label, "Go");
    assert_eq!(done.links[0].destination, done.links[1].destination);
}

#[test]
fn a_role_is_the_authors_word_or_what_the_library_says() {
    let contents = HashSet::from([DestinationId::of("https://x.example/deck")]);
    let done = run(
        "<a href=https://x.example/deck>1</a><a href=https://x.example/deck data-otklik-role=Footer>2</a><a href=https://x.example/ data-otklik-role=booking>3</a><a href=https://x.example/ data-otklik-role=hero>4</a>",
        &options(&contents, &[]),
    );
    let roles: Vec<_> = done.links.iter().map(|link| link.role).collect();
    assert_eq!(
        roles,
        [
            LinkRole::Content,
            LinkRole::Footer,
            LinkRole::Booking,
            LinkRole::Other
        ]
    );
    assert_eq!(codes(&done), [FindingCode::RoleUnknown]);
}

#[test]
fn a_link_that_shows_its_address_is_tracked_or_kept_by_setting() {
    let html = "<a href=https://x.example/a>https://x.example/a</a>";
    let contents = HashSet::new();
    let tracked = plain(html);
    assert_eq!(
        (tracked.links.len(), codes(&tracked)),
        (1, vec![FindingCode::LinkUrlText])
    );
    let keep = Options {
        url_text: UrlTextPolicy::Keep,
        ..options(&contents, &[])
    };
    let kept = run(html, &keep);
    assert_eq!(
        (kept.html.as_str(), codes(&kept)),
        (html, vec![FindingCode::LinkUrlText])
    );
}

#[test]
fn a_look_alike_host_is_pointed_out() {
    let done = plain("<a href=https://раураl.com/>pay</a><a href=https://почта.рф/>mail</a>");
    assert_eq!(codes(&done), [FindingCode::LinkMixedScript]);
    assert_eq!(done.findings[0].detail, "xn--l-7sba6dbr.com");
}

#[test]
fn the_pixel_stands_before_the_last_end_of_the_body_or_at_the_end() {
    let contents = HashSet::new();
    let with = Options {
        pixel: Some("https://t.example/o/x.gif?a&b"),
        footer: Some("<p>Footer</p>"),
        ..options(&contents, &[])
    };
    let tail = "<p>Footer</p><img src=\"https://t.example/o/x.gif?a&amp;b\" alt=\"\" width=\"1\" height=\"1\" style=\"border:0;width:1px;height:1px\">";
    for (before, after) in [
        ("<body>x", "</body></html>"),
        ("<body>x</body><p>y", "</BODY ></html>"),
        (
            "<body>x",
            "</body><!-- </body> --><script>'</body>'</script>",
        ),
        ("<p>x", ""),
        ("x</bodyx>", ""),
        ("", ""),
    ] {
        let done = run(&format!("{before}{after}"), &with);
        assert_eq!(done.html, format!("{before}{tail}{after}"));
    }
    let behind = run("<body></body><a href=https://x.example/>x</a>", &with);
    assert_eq!(
        behind.html,
        format!("<body>{tail}</body><a href=\"https://t.example/c/1\">x</a>")
    );
}

#[test]
fn without_click_tracking_links_are_looked_at_and_left() {
    let contents = HashSet::new();
    let leave = Options {
        links: Links::Leave,
        ..options(&contents, &[])
    };
    let html = "<a href=https://x.example>x.example</a>";
    let done = run(html, &leave);
    assert_eq!((done.html.as_str(), done.links.len()), (html, 0));
    assert_eq!(codes(&done), [FindingCode::LinkUrlText]);
}

/// Where `lol_html` reads otherwise than a browser: a tag whose last attribute has an equals sign
/// and no value is taken for markup whatever its content, and of foreign content in foreign content
/// one level is left where all are.
fn reads_otherwise(html: &str) -> bool {
    let bare = html
        .split('=')
        .skip(1)
        .any(|rest| rest.trim_ascii_start().starts_with('>'));
    bare || html.matches("<svg").count() + html.matches("<math").count() > 1
}

proptest! {
    #[test]
    fn the_same_is_found_as_by_another_parser(html in "(<a href=|<a href='x'>|<a href>|<A HREF=\"y\" href=z>|<area href=x data-otklik=off>|</a>|</body>|</BODY |<svg>|<svg a>|<math>|</svg>|</math>|<desc>|</desc>|<title>|</title>|<mi>|</mi>|<annotation-xml encoding=text/html>|</annotation-xml>|<font color=x>|<font x>|<p>|</p>|<script>|</script>|<script |</script|<style>|</style>|<textarea>|</textarea |<xmp>|</xmp>|<iframe>|</iframe/>|<noscript>|</noscript>|<noembed>|</noembed>|<plaintext>|<!--|-->|--!>|<!-|<!|->|-|!|<!\\[CDATA\\[|\\]\\]>|\\]|<!doctype|<\\?|</|<|>|\"|'|=| |\n|/|x|<!--\\[if mso\\]>|<!\\[endif\\]-->|<v:oval href=q>|<link href=q>|é|\x00){0,24}") {
        prop_assume!(!reads_otherwise(&html));
        prop_assert_eq!(scan::scan(&html), oracle::scan(&html).unwrap());
    }
}

#[test]
fn foreign_content_and_text_are_told_apart_as_in_a_browser() {
    for (html, links) in [
        ("<svg/><style><a href=x>", 0),
        ("<svg><style><a href=x>", 1),
        ("<svg><svg><p><style><a href=x>", 0),
        ("<script x=><a href=x></script>", 0),
        ("<svg><![CDATA[<a href=x>]]><a href=x>", 1),
        ("<![CDATA[<a href=x>]]><a href=x>", 1),
        ("<textarea><a href=x></textarea><a href=x>", 1),
        ("<!--><a href=x>--><a href=x>", 2),
    ] {
        assert_eq!(scan::scan(html).anchors.len(), links, "{html}");
    }
}

proptest! {
    #[test]
    fn any_text_comes_out_with_its_own_bytes(html in "(\\PC|<a href=|<!--|-->|\"|'|https://x.example/|</body>|<style>|[\\x00-\\x20]){0,40}") {
        let done = plain(&html);
        let mut after = done.html.as_str();
        let mut at = 0;
        for anchor in scan::scan(&html).anchors {
            // What stands between two values is there, in order, right behind the value before.
            let piece = &html[at..anchor.value.start];
            let found = after.find(piece).unwrap();
            after = &after[found + piece.len()..];
            at = anchor.value.end;
        }
        prop_assert!(after.ends_with(&html[at..]));
        if done.links.is_empty() {
            prop_assert_eq!(done.html, html);
        }
    }

    #[test]
    fn a_target_survives_any_quoting(path in "[ -~äß🎉]{0,60}") {
        let url = format!("https://x.example/{path}");
        prop_assume!(!url.contains("{{") && !url.contains("{%"));
        let escaped = url.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;");
        for quote in ['"', '\''] {
            let done = plain(&format!("<a href={quote}{escaped}{quote}>x</a>"));
            prop_assert_eq!(&done.links[0].url, url.trim_matches(' '));
        }
    }
}
