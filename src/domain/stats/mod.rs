//! The statistics of the reports: bins that add and subtract, intervals, corrections for many
//! comparisons, waits that have not ended, distinct counts. Pure arithmetic on plain numbers.

pub mod bins;
pub mod holm;
pub mod sketch;
pub mod survival;
pub mod wilson;
