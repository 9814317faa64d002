//! Human or machine: the verdict on one hit, and the rules that may give it.

use serde::{Deserialize, Serialize};

/// What made a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A person, shown by something only a person does.
    Human,
    /// A browser as a person uses it, and nothing against it.
    LikelyHuman,
    /// Fetched by a mail provider for a person who viewed the mail; place and device unknown.
    Proxy,
    /// Fetched in advance; nobody need have looked.
    Prefetch,
    /// A security gateway, a crawler or a tool.
    Scanner,
    /// A link preview: somebody shared the link.
    Preview,
    /// One of us.
    #[serde(rename = "self")]
    Own,
    /// Nothing speaks for or against a person.
    Unknown,
}

impl Verdict {
    /// Every verdict, in the order of their codes.
    pub const ALL: [Self; 8] = [
        Self::Human,
        Self::LikelyHuman,
        Self::Proxy,
        Self::Prefetch,
        Self::Scanner,
        Self::Preview,
        Self::Own,
        Self::Unknown,
    ];

    /// "Human" as every report counts it.
    pub const fn counts_as_human(self) -> bool {
        matches!(self, Self::Human | Self::LikelyHuman)
    }

    /// The number the log stores.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The verdict stored as `code`.
    pub fn from_code(code: i16) -> Option<Self> {
        usize::try_from(code)
            .ok()
            .and_then(|index| Self::ALL.get(index).copied())
    }

    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::LikelyHuman => "likely_human",
            Self::Proxy => "proxy",
            Self::Prefetch => "prefetch",
            Self::Scanner => "scanner",
            Self::Preview => "preview",
            Self::Own => "self",
            Self::Unknown => "unknown",
        }
    }
}

/// A rule of the verdict ledger, by the id it has in every list and log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// `M-HEAD`: a HEAD or OPTIONS request.
    MHead,
    /// `PF-HEADER`: a header says the fetch is ahead of time.
    PfHeader,
    /// `O-MPP`: Apple's privacy proxy by its agent.
    OMpp,
    /// `O-GPREFETCH`: Gmail's prefetch by its agent.
    OGprefetch,
    /// `O-GPROXY`: Gmail's image proxy by its agent.
    OGproxy,
    /// `O-YPROXY`: Yahoo's image proxy by its agent.
    OYproxy,
    /// `B-DECLARED`: an agent that says it is a bot, a tool or a preview.
    BDeclared,
    /// `H-NAV`: a navigation as a browser makes it when a person clicks.
    HNav,
    /// No rule spoke.
    None,
    /// A person overruled the verdict.
    Overruled,
    /// `SELF-NET`: the address and agent of a signed-in session of ours.
    SelfNet,
    /// `SELF-THREAD`: seen through a mail proxy, or by one of us, after a reply had quoted the message.
    SelfThread,
    /// `O-MSNET`: a pixel fetched from a network that is listed for clicks alone.
    OMsnet,
    /// `O-PROXY`: an image proxy of another mail provider by its agent.
    OProxy,
    /// `B-EMPTY`: no agent at all on a link.
    BEmpty,
    /// `N-CLICKNET`: a link followed from a network that is listed for clicks.
    NClicknet,
    /// `N-LISTED`: any hit from a network that no person uses.
    NListed,
    /// `G-BURST`: several links of one mail within seconds.
    GBurst,
    /// `G-FANOUT`: links of several recipients from one network within a minute.
    GFanout,
    /// `T-FAST`: a link followed before anybody could have read the mail.
    TFast,
    /// `C-STALE`: an outdated browser in a listed network.
    CStale,
    /// `C-HEADERS`: headers that the claimed browser would have sent are missing.
    CHeaders,
    /// `TWIN`: the same link at the same time from another place and system, better attested.
    Twin,
    /// `H-ACTION`: a reply or a form sent after it.
    HAction,
}

impl Rule {
    /// Every rule, in the order of their codes.
    pub const ALL: [Self; 24] = [
        Self::MHead,
        Self::PfHeader,
        Self::OMpp,
        Self::OGprefetch,
        Self::OGproxy,
        Self::OYproxy,
        Self::BDeclared,
        Self::HNav,
        Self::None,
        Self::Overruled,
        Self::SelfNet,
        Self::SelfThread,
        Self::OMsnet,
        Self::OProxy,
        Self::BEmpty,
        Self::NClicknet,
        Self::NListed,
        Self::GBurst,
        Self::GFanout,
        Self::TFast,
        Self::CStale,
        Self::CHeaders,
        Self::Twin,
        Self::HAction,
    ];

    /// The number the log stores.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The rule stored as `code`.
    pub fn from_code(code: i16) -> Option<Self> {
        usize::try_from(code)
            .ok()
            .and_then(|index| Self::ALL.get(index).copied())
    }

    /// The id shown to people.
    pub const fn id(self) -> &'static str {
        match self {
            Self::MHead => "M-HEAD",
            Self::PfHeader => "PF-HEADER",
            Self::OMpp => "O-MPP",
            Self::OGprefetch => "O-GPREFETCH",
            Self::OGproxy => "O-GPROXY",
            Self::OYproxy => "O-YPROXY",
            Self::BDeclared => "B-DECLARED",
            Self::HNav => "H-NAV",
            Self::None => "NONE",
            Self::Overruled => "OVERRULED",
            Self::SelfNet => "SELF-NET",
            Self::SelfThread => "SELF-THREAD",
            Self::OMsnet => "O-MSNET",
            Self::OProxy => "O-PROXY",
            Self::BEmpty => "B-EMPTY",
            Self::NClicknet => "N-CLICKNET",
            Self::NListed => "N-LISTED",
            Self::GBurst => "G-BURST",
            Self::GFanout => "G-FANOUT",
            Self::TFast => "T-FAST",
            Self::CStale => "C-STALE",
            Self::CHeaders => "C-HEADERS",
            Self::Twin => "TWIN",
            Self::HAction => "H-ACTION",
        }
    }
}

/// A verdict with the rule that gave it and up to two short parameters, from which the reason is
/// rendered when a person asks ("declares itself: Slackbot").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// What made the hit.
    pub verdict: Verdict,
    /// The rule that said so.
    pub rule: Rule,
    /// Words or figures the reason is rendered with; at most two, each at most 40 bytes.
    pub params: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_back_as_what_they_were() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::from_code(verdict.code()), Some(verdict));
        }
        for rule in Rule::ALL {
            assert_eq!(Rule::from_code(rule.code()), Some(rule));
        }
        assert_eq!(Verdict::from_code(-1), None);
        assert_eq!(Rule::from_code(99), None);
    }
}
