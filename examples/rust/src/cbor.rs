//! Data items of CBOR (RFC 8949) as draft §8.1 wants them, each with its own bytes.
use crate::shim::{refuse, Checked};

pub const UINT: u8 = 0;
pub const NINT: u8 = 1;
pub const BSTR: u8 = 2;
pub const TSTR: u8 = 3;
pub const ARRAY: u8 = 4;
pub const MAP: u8 = 5;
pub const TAG: u8 = 6;
pub const SIMPLE: u8 = 7;

pub const MAX_DEPTH: usize = 16;

/// `number` is the argument of its head; `items` are those of an array, of a map key and value in turn, or the one of
/// a tag.
#[derive(Clone)]
pub struct Item<'a> {
    pub major: u8,
    pub info: u8,
    pub number: u64,
    pub content: &'a [u8],
    pub items: Vec<Item<'a>>,
    pub raw: &'a [u8],
    pub shortest: bool,
}

/// The one item that the bytes are.
pub fn decode(data: &[u8]) -> Checked<Item> {
    let (item, rest) = read(data, 0)?;
    if rest.is_empty() {
        Ok(item)
    } else {
        refuse("decode", "trailing-data")
    }
}

fn read(data: &[u8], depth: usize) -> Checked<(Item, &[u8])> {
    if depth > MAX_DEPTH {
        return refuse("resource", "limit-depth");
    }
    let (first, mut rest) = data.split_first().ok_or(MALFORMED)?;
    let (major, info) = (first >> 5, first & 31);
    // draft §8.1: lengths are definite.
    if info == 31 && (BSTR..=MAP).contains(&major) {
        return refuse("decode", "non-deterministic");
    }
    if info > 27 {
        return Err(MALFORMED);
    }
    let (mut number, mut shortest) = (u64::from(info), true);
    if info >= 24 {
        let argument = take(&mut rest, 1 << (info - 24))?;
        number = argument.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        shortest = number >= [24, 1 << 8, 1 << 16, 1 << 32][usize::from(info - 24)];
    }
    let mut item = Item { major, info, number, content: &[], items: Vec::new(), raw: data, shortest };
    match major {
        BSTR | TSTR => {
            item.content = take(&mut rest, number)?;
            if major == TSTR && std::str::from_utf8(item.content).is_err() {
                return refuse("decode", "cbor-invalid");
            }
        }
        ARRAY | MAP | TAG => {
            let count = if major == TAG { 1 } else { number };
            // Every item has at least one byte.
            if count > rest.len() as u64 {
                return Err(MALFORMED);
            }
            for _ in 0..if major == MAP { 2 * count } else { count } {
                let (one, after) = read(rest, depth + 1)?;
                item.items.push(one);
                rest = after;
            }
        }
        SIMPLE if info == 24 && number < 32 => return Err(MALFORMED),
        _ => {}
    }
    item.raw = &data[..data.len() - rest.len()];
    Ok((item, rest))
}

const MALFORMED: crate::shim::Refusal = crate::shim::Refusal { stage: "decode", reason: "not-well-formed" };

fn take<'a>(rest: &mut &'a [u8], size: u64) -> Checked<&'a [u8]> {
    if size > rest.len() as u64 {
        return Err(MALFORMED);
    }
    let (taken, after) = rest.split_at(size as usize);
    *rest = after;
    Ok(taken)
}

impl<'a> Item<'a> {
    /// Refuses an item of another kind.
    pub fn expect(&self, major: u8, stage: &'static str, reason: &'static str) -> Checked<&Item<'a>> {
        if self.major == TAG && major != TAG && stage != "authenticate" {
            return refuse("envelope", "wrong-tag");
        }
        if self.major == major {
            Ok(self)
        } else {
            refuse(stage, reason)
        }
    }

    /// The item within a byte string.
    pub fn inside(&self, stage: &'static str, reason: &'static str) -> Checked<Item<'a>> {
        decode(self.expect(BSTR, stage, reason)?.content)
    }

    /// Keys and values of a map.
    pub fn pairs(&self) -> impl Iterator<Item = (&Item<'a>, &Item<'a>)> {
        self.items.chunks_exact(2).map(|pair| (&pair[0], &pair[1]))
    }

    /// The value of an integer; `None`: it is none, or too large for any code.
    pub fn int(&self) -> Option<i64> {
        let value = i64::try_from(self.number).ok()?;
        match self.major {
            UINT => Some(value),
            NINT => Some(-1 - value),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        self.major == SIMPLE && self.info == 22
    }

    /// The text of a text string, known to be UTF-8.
    pub fn text(&self) -> &'a str {
        std::str::from_utf8(self.content).unwrap_or("")
    }

    /// Refuses a map whose keys are not in their shortest form, ascending by their bytes, each once.
    pub fn in_order(&self) -> Checked<()> {
        let mut before: &[u8] = &[];
        for (key, _) in self.pairs() {
            if !key.shortest || before > key.raw {
                return refuse("decode", "non-deterministic");
            }
            if before == key.raw {
                return refuse("decode", "cbor-invalid");
            }
            before = key.raw;
        }
        Ok(())
    }
}
