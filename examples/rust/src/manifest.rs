//! Envelope and manifest (draft §8.2, §8.4), read and checked as a whole before anything is run.
use crate::authenticate::{check_digest, digest_value};
use crate::cbor::*;
use crate::shim::{hold, refuse, Bytes, Checked, Device};
use std::collections::HashMap;

pub const WRAPPER: u64 = 2;
pub const MANIFEST: u64 = 3;
pub const SHARED: u64 = 4;
pub const VALIDATE: u64 = 7;
pub const LOAD: u64 = 8;
pub const INVOKE: u64 = 9;
pub const PAYLOAD_FETCH: u64 = 16;
pub const INSTALL: u64 = 20;
pub const TEXT: u64 = 23;

type Members<'a> = HashMap<u64, Item<'a>>;

pub struct Envelope<'a> {
    pub members: Members<'a>,
    /// Integrated payloads.
    pub payloads: HashMap<&'a str, &'a [u8]>,
}

pub fn read_envelope(data: &[u8]) -> Checked<Envelope> {
    let item = decode(data)?;
    if item.major != TAG && item.major != MAP {
        return refuse("envelope", "envelope-structure");
    }
    if item.major != TAG || item.number != 107 {
        return refuse("envelope", "wrong-tag");
    }
    let mut envelope = Envelope { members: HashMap::new(), payloads: HashMap::new() };
    let (mut last, mut text): (u64, Option<&[u8]>) = (0, None);
    for (key, value) in item.items[0].expect(MAP, "envelope", "envelope-structure")?.pairs() {
        if key.major == TSTR {
            let order = text.map(|before| (before.len(), before)).cmp(&Some((key.content.len(), key.content)));
            hold(order.is_ne(), "decode", "cbor-invalid")?;
            hold(order.is_lt(), "envelope", "envelope-order")?;
            text = Some(key.content);
            envelope.payloads.insert(key.text(), value.expect(BSTR, "envelope", "envelope-structure")?.content);
            continue;
        }
        let known = [WRAPPER, MANIFEST, PAYLOAD_FETCH, INSTALL, TEXT].contains(&key.number);
        if key.major == NINT || (key.major == UINT && !known) {
            return refuse("envelope", "unknown-envelope-key");
        }
        key.expect(UINT, "decode", "type-mismatch")?;
        hold(!envelope.members.contains_key(&key.number), "decode", "cbor-invalid")?;
        hold(key.number >= last && text.is_none(), "envelope", "envelope-order")?;
        last = key.number;
        if last == WRAPPER {
            value.expect(BSTR, "authenticate", "auth-malformed")?;
        }
        envelope.members.insert(last, value.expect(BSTR, "envelope", "envelope-structure")?.clone());
    }
    hold(envelope.members.contains_key(&WRAPPER), "authenticate", "auth-missing")?;
    hold(envelope.members.contains_key(&MANIFEST), "envelope", "envelope-structure")?;
    Ok(envelope)
}

pub struct Manifest<'a> {
    pub sequence: u64,
    /// Indices into the device's components.
    pub components: Vec<usize>,
    /// The commands and arguments of each section, by manifest key.
    pub sections: HashMap<u64, Vec<Item<'a>>>,
}

pub fn read_manifest<'a>(device: &Device, envelope: &Envelope<'a>, boot: bool) -> Checked<Manifest<'a>> {
    let item = envelope.members[&MANIFEST].inside("envelope", "envelope-structure")?;
    let (found, unknown) = members_of(&item, &[1, 2, 3, 4, VALIDATE, LOAD, INVOKE, PAYLOAD_FETCH, INSTALL, TEXT])?;
    let sequence = check_version(device, &found)?;
    hold(!unknown, "structure", "unknown-critical-key")?;
    let common = match found.get(&3) {
        Some(common) => common.inside("structure", "manifest-structure")?,
        None => return refuse("structure", "manifest-structure"),
    };
    let (mut common, unknown) = members_of(&common, &[2, SHARED])?;
    hold(!unknown, "structure", "unknown-critical-key")?;
    let components = read_components(device, common.get(&2))?;
    let severable = |key| element(device, envelope, &found, key, boot);
    let (fetch, install, text) = (severable(PAYLOAD_FETCH)?, severable(INSTALL)?, severable(TEXT)?);
    check_plain(device, &components, found.get(&4), text.as_ref())?;
    let mut sections = HashMap::new();
    for (key, sequence) in [
        (SHARED, common.remove(&SHARED)),
        (PAYLOAD_FETCH, fetch),
        (INSTALL, install),
        (VALIDATE, found.get(&VALIDATE).cloned()),
        (LOAD, found.get(&LOAD).cloned()),
        (INVOKE, found.get(&INVOKE).cloned()),
    ] {
        if let Some(sequence) = sequence {
            sections.insert(key, section(&sequence, key, components.len())?);
        }
    }
    Ok(Manifest { sequence, components, sections })
}

/// Members of a map with integer keys, and whether it has others than the known ones.
fn members_of<'a>(item: &Item<'a>, known: &[u64]) -> Checked<(Members<'a>, bool)> {
    let (mut found, mut unknown) = (HashMap::new(), false);
    for (key, value) in item.expect(MAP, "structure", "manifest-structure")?.pairs() {
        if key.major != NINT {
            key.expect(UINT, "decode", "type-mismatch")?;
        }
        if key.major == UINT && known.contains(&key.number) {
            found.insert(key.number, value.clone());
        } else {
            unknown = true;
        }
    }
    item.in_order()?;
    Ok((found, unknown))
}

/// The sequence number.
fn check_version(device: &Device, found: &Members) -> Checked<u64> {
    let version = match found.get(&1) {
        Some(version) => version.expect(UINT, "version", "version-unsupported")?.number,
        None => return refuse("version", "version-missing"),
    };
    hold(version == 1, "version", "version-unsupported")?;
    let sequence = match found.get(&2) {
        Some(sequence) => sequence.expect(UINT, "decode", "type-mismatch")?.number,
        None => return refuse("sequence", "sequence-missing"),
    };
    hold(device.sequence.map_or(true, |installed| sequence >= installed), "sequence", "sequence-rollback")?;
    Ok(sequence)
}

/// The parts of a component identifier.
fn identifier<'a>(item: &Item<'a>) -> Checked<Vec<&'a [u8]>> {
    let parts = &item.expect(ARRAY, "structure", "manifest-structure")?.items;
    parts.iter().map(|part| Ok(part.expect(BSTR, "structure", "manifest-structure")?.content)).collect()
}

fn is_identifier(parts: &[&[u8]], wanted: &[Bytes]) -> bool {
    parts.len() == wanted.len() && parts.iter().zip(wanted).all(|(a, b)| a == b)
}

fn read_components(device: &Device, item: Option<&Item>) -> Checked<Vec<usize>> {
    let mut indices = Vec::new();
    let list = match item {
        Some(item) => &item.expect(ARRAY, "structure", "manifest-structure")?.items,
        None => return Ok(indices),
    };
    hold(!list.is_empty(), "structure", "manifest-structure")?;
    hold(list.len() <= device.components.len(), "components", "component-count")?;
    for one in list {
        let parts = identifier(one)?;
        match device.components.iter().position(|own| is_identifier(&parts, &own.identifier)) {
            None => return refuse("components", "component-unsupported"),
            Some(index) if indices.contains(&index) => return refuse("structure", "manifest-structure"),
            Some(index) => indices.push(index),
        }
    }
    Ok(indices)
}

/// A severable element, where it is; `None`: it is not there (draft §5.4).
fn element<'a>(
    device: &Device,
    envelope: &Envelope<'a>,
    found: &Members<'a>,
    key: u64,
    boot: bool,
) -> Checked<Option<Item<'a>>> {
    let severed = envelope.members.get(&key);
    match (found.get(&key), severed) {
        (Some(digest), Some(severed)) if digest.major == ARRAY => {
            check_digest(device, digest, severed.raw, "severable", "severed-mismatch")?;
            Ok(Some(severed.clone()))
        }
        (_, Some(_)) => refuse("severable", "severed-unlisted"),
        (Some(digest), None) if digest.major == ARRAY => {
            digest_value(digest)?;
            hold(boot || key == TEXT, "severable", "severed-missing")?;
            Ok(None)
        }
        (place, None) => Ok(place.cloned()),
    }
}

fn check_plain(device: &Device, components: &[usize], uri: Option<&Item>, text: Option<&Item>) -> Checked<()> {
    if let Some(uri) = uri {
        uri.expect(TSTR, "decode", "type-mismatch")?;
    }
    let languages = match text {
        Some(text) => text.inside("decode", "type-mismatch")?,
        None => return Ok(()),
    };
    plain_map(&languages)?;
    for (_, texts) in languages.pairs() {
        plain_map(texts)?;
        for (key, of_component) in texts.pairs().filter(|(key, _)| key.major == ARRAY) {
            let parts = identifier(key)?;
            let listed = components.iter().any(|index| is_identifier(&parts, &device.components[*index].identifier));
            hold(listed, "structure", "manifest-structure")?;
            plain_map(of_component)?;
        }
    }
    Ok(())
}

fn plain_map(item: &Item) -> Checked<()> {
    item.expect(MAP, "decode", "type-mismatch")?.in_order()
}

fn section<'a>(item: &Item<'a>, key: u64, components: usize) -> Checked<Vec<Item<'a>>> {
    hold(item.major != ARRAY, "structure", "manifest-structure")?;
    let sequence = check_sequence(&item.inside("decode", "type-mismatch")?, key, 0)?;
    let selects = sequence.first().map_or(true, |first| first.int() == Some(12));
    hold(components <= 1 || selects, "components", "index-missing")?;
    Ok(sequence)
}

const WITH_POLICY: [i64; 12] = [1, 2, 3, 5, 6, 14, 18, 21, 22, 23, 24, 31];
const FLOW_CONTROL: [i64; 4] = [12, 15, 20, 32];
const IN_SHARED: [i64; 11] = [1, 2, 3, 5, 6, 12, 14, 15, 20, 24, 32];

/// Looks at the form; what the commands need is asked when they are run.
fn check_sequence<'a>(item: &Item<'a>, section: u64, depth: usize) -> Checked<Vec<Item<'a>>> {
    hold(depth <= MAX_DEPTH, "resource", "limit-depth")?;
    let list = &item.expect(ARRAY, "commands", "command-malformed")?.items;
    hold(list.len() % 2 == 0, "commands", "command-malformed")?;
    for (command, argument) in item.pairs() {
        if command.major != NINT {
            command.expect(UINT, "commands", "command-malformed")?;
        }
        let code = command.int().unwrap_or(0);
        let known = WITH_POLICY.contains(&code) || FLOW_CONTROL.contains(&code);
        let fits = section != SHARED || (code >= 0 && (!known || IN_SHARED.contains(&code)));
        hold(fits, "commands", "command-forbidden")?;
        if known {
            check_argument(code, argument, section, depth)?;
        }
    }
    Ok(list.clone())
}

fn check_argument(code: i64, argument: &Item, section: u64, depth: usize) -> Checked<()> {
    let nested = |sequence: &Item| {
        check_sequence(&sequence.inside("commands", "command-malformed")?, section, depth + 1).map(|_| ())
    };
    match code {
        12 => check_index(argument),
        20 => check_parameters(argument, section),
        32 => nested(argument),
        15 => {
            let branches = &argument.expect(ARRAY, "commands", "command-malformed")?.items;
            let optional = branches.last().map_or(false, |last| last.is_null());
            let count = branches.len() - usize::from(optional);
            hold(count > 0, "commands", "command-malformed")?;
            branches[..count].iter().try_for_each(nested)
        }
        _ => {
            hold(argument.expect(UINT, "commands", "command-malformed")?.number <= 15, "commands", "command-malformed")
        }
    }
}

fn check_index(item: &Item) -> Checked<()> {
    if item.major == UINT || (item.major == SIMPLE && item.info == 21) {
        return Ok(());
    }
    let list = &item.expect(ARRAY, "components", "index-type")?.items;
    hold(!list.is_empty() && list.iter().all(|one| one.major == UINT), "components", "index-type")
}

fn check_parameters(item: &Item, section: u64) -> Checked<()> {
    hold(!item.expect(MAP, "commands", "command-malformed")?.items.is_empty(), "commands", "command-malformed")?;
    for (key, _) in item.pairs().filter(|(key, _)| key.major != NINT) {
        key.expect(UINT, "parameters", "param-type")?;
    }
    item.in_order()?;
    for (key, value) in item.pairs() {
        hold(key.major == UINT || section != SHARED, "commands", "command-forbidden")?;
        check_type(key.int().unwrap_or(0), value)?;
    }
    Ok(())
}

fn check_type(key: i64, value: &Item) -> Checked<()> {
    const STAGE: &str = "parameters";
    const REASON: &str = "param-type";
    let is = |major| value.expect(major, STAGE, REASON);
    match key {
        1 if value.major == TAG => {
            let pen = value.items[0].expect(BSTR, STAGE, REASON)?;
            hold(value.number == 112 && !pen.content.is_empty(), STAGE, REASON)
        }
        1 | 2 | 24 => hold(is(BSTR)?.content.len() == 16, STAGE, REASON),
        3 => digest_value(&value.inside(STAGE, REASON)?).map(|_| ()),
        5 | 14 | 22 => is(UINT).map(|_| ()),
        12 | 13 => hold([20, 21].contains(&is(SIMPLE)?.info), STAGE, REASON),
        18 | 23 | 25 => is(BSTR).map(|_| ()),
        21 => is(TSTR).map(|_| ()),
        _ => Ok(()),
    }
}
