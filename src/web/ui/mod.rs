//! The pages: maud on the server, one stylesheet, one small script, nothing from elsewhere. A
//! handler reads *authenticate, parse, one call, respond*; a page's markup stands below it.

pub mod assets;
pub mod chart;
pub mod icons;
pub mod layout;
pub mod parts;
pub mod words;

#[cfg(test)]
mod gallery;
