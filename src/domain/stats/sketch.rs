//! How many distinct contacts a cell holds, in at most 2 KB: a register sketch that merges by
//! maximum, so the order of insertion never shows and a rebuild gives the same bytes. It serves
//! intervals alone; counts are exact and stand elsewhere.
//! Source: P. Flajolet et al., HyperLogLog (AofA 2007), with linear counting below its range.

/// Registers of a sketch; the standard error is 1.04 / √1024 = 3 %, and far less under 500.
const REGISTERS: usize = 1 << 10;

/// The sketch of a set of contacts: its occupied registers in order, each as 10 bits of register
/// and 6 bits of rank.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sketch(Vec<u16>);

impl Sketch {
    /// Reads what [`Self::to_bytes`] wrote; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let entries: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
        let in_order = entries.windows(2).all(|pair| pair[0] >> 6 < pair[1] >> 6);
        (rest.is_empty() && in_order).then_some(Self(entries))
    }

    /// Two bytes for each occupied register.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0
            .iter()
            .flat_map(|entry| entry.to_be_bytes())
            .collect()
    }

    /// Adds a contact by its number; whether that changed anything.
    pub fn insert(&mut self, contact: i64) -> bool {
        self.raise(entry_of(contact))
    }

    /// Adds everything `other` holds.
    pub fn merge(&mut self, other: &Self) {
        for entry in &other.0 {
            self.raise(*entry);
        }
    }

    fn raise(&mut self, entry: u16) -> bool {
        match self.0.binary_search_by_key(&(entry >> 6), |held| held >> 6) {
            Ok(place) if self.0[place] >= entry => false,
            Ok(place) => {
                self.0[place] = entry;
                true
            }
            Err(place) => {
                self.0.insert(place, entry);
                true
            }
        }
    }

    /// About how many distinct contacts were added.
    pub fn estimate(&self) -> f64 {
        estimate(self.0.iter().map(|entry| entry & 63), self.0.len())
    }
}

/// A union in progress: many sketches, then one estimate. All registers stand open, so that each
/// merge is a walk along what is merged in.
#[derive(Debug, Clone)]
pub struct Union(Box<[u8; REGISTERS]>);

impl Default for Union {
    fn default() -> Self {
        Self(Box::new([0; REGISTERS]))
    }
}

impl Union {
    /// Adds what the bytes of a sketch hold; `None` when they are none.
    pub fn add(&mut self, bytes: &[u8]) -> Option<()> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        for pair in pairs {
            self.raise(u16::from_be_bytes(*pair));
        }
        rest.is_empty().then_some(())
    }

    /// Adds a contact by its number.
    pub fn insert(&mut self, contact: i64) {
        self.raise(entry_of(contact));
    }

    /// Adds everything `other` holds.
    pub fn merge(&mut self, other: &Self) {
        for (held, rank) in self.0.iter_mut().zip(other.0.iter()) {
            *held = (*held).max(*rank);
        }
    }

    fn raise(&mut self, entry: u16) {
        let register = &mut self.0[usize::from(entry >> 6)];
        *register = (*register).max((entry & 63) as u8);
    }

    /// About how many distinct contacts were added.
    pub fn estimate(&self) -> f64 {
        let ranks = self.0.iter().filter(|rank| **rank > 0);
        estimate(ranks.clone().map(|rank| u16::from(*rank)), ranks.count())
    }
}

fn estimate(ranks: impl Iterator<Item = u16>, occupied: usize) -> f64 {
    let m = REGISTERS as f64;
    let empty = REGISTERS - occupied;
    let sum: f64 = ranks.map(|rank| (-f64::from(rank)).exp2()).sum::<f64>() + empty as f64;
    let raw = 0.7213 / (1.0 + 1.079 / m) * m * m / sum;
    if raw <= 2.5 * m && empty > 0 {
        return m * (m / empty as f64).ln();
    }
    raw
}

/// The register and the rank of a contact: its number, mixed so that all bits matter
/// (the finaliser of SplitMix64, G. L. Steele et al., OOPSLA 2014).
fn entry_of(contact: i64) -> u16 {
    let mut x = (contact as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^= x >> 31;
    let register = (x >> 54) as u16;
    // 54 bits are left; the rank is 1 to 55.
    let rank = ((x << 10).leading_zeros() as u16 + 1).min(55);
    register << 6 | rank
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(contacts: impl IntoIterator<Item = i64>) -> Sketch {
        let mut sketch = Sketch::default();
        for contact in contacts {
            sketch.insert(contact);
        }
        sketch
    }

    #[test]
    fn small_sets_are_counted_almost_exactly_and_large_ones_within_a_few_per_cent() {
        for (n, off) in [
            (1, 0.01),
            (30, 0.04),
            (300, 0.05),
            (3_000, 0.08),
            (100_000, 0.1),
        ] {
            let seen = of(7..7 + n).estimate();
            assert!((seen / n as f64 - 1.0).abs() < off, "{n} reads as {seen}");
        }
        assert!(of([]).estimate().abs() < f64::EPSILON);
    }

    #[test]
    fn order_repetition_and_the_way_of_merging_leave_no_trace() {
        let whole = of(0..2_000);
        let again = of((0..2_000).rev().chain(500..700));
        assert_eq!(whole, again);
        let mut merged = of(0..900);
        merged.merge(&of(400..2_000));
        assert_eq!(merged, whole);
        assert_eq!(Sketch::from_bytes(&whole.to_bytes()), Some(whole.clone()));
        let mut union = Union::default();
        union.add(&of(0..900).to_bytes()).unwrap();
        union.add(&of(400..2_000).to_bytes()).unwrap();
        assert!((union.estimate() - whole.estimate()).abs() < 1e-9);
        let (mut one, mut other) = (Union::default(), Union::default());
        (0..900).for_each(|contact| one.insert(contact));
        (400..2_000).for_each(|contact| other.insert(contact));
        one.merge(&other);
        assert!((one.estimate() - whole.estimate()).abs() < 1e-9);
        assert_eq!(Sketch::from_bytes(&[1]), None);
        assert_eq!(Sketch::from_bytes(&[1, 1, 0, 1]), None, "out of order");
    }
}
