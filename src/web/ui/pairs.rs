//! Names and values typed one on each line: `name = value`.

use std::collections::BTreeMap;

/// Reads them; the first line that has no `=` is given back.
pub fn read(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut map = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once('=').ok_or_else(|| line.to_owned())?;
        map.insert(name.trim().to_owned(), value.trim().to_owned());
    }
    Ok(map)
}

/// Writes them as [`read`] takes them.
pub fn written(map: &BTreeMap<String, String>) -> String {
    let line = |(name, value): (&String, &String)| format!("{name} = {value}");
    map.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_back_as_they_were_typed() {
        let text = "city = Köln\nseats = 40";
        assert_eq!(written(&read(text).unwrap()), text);
        assert_eq!(read("a = 1\nnonsense"), Err("nonsense".to_owned()));
    }
}
