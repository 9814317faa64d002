//! Words of this part of the pages.
