//! The pages in a real Chromium, over the whole application in this process.

#[expect(
    dead_code,
    reason = "the support modules serve other test binaries too"
)]
#[path = "../support"]
mod support {
    pub mod app;
    pub mod engines;
    pub mod people;
    pub mod ports;
    pub mod postgres;
}

mod browser;
mod letters;
mod looks;
