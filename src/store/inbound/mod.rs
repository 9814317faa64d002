//! Mail that came in, as it is stored: [`keep`] writes the bytes and each arrival, once.

pub mod keep;

pub use keep::{Kept, NewArrival, NewInbound, Place, keep};
