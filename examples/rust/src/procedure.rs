//! The update and the invocation procedure (draft §6.3).
use crate::authenticate::{digest_value, SHA_256};
use crate::cbor::{decode, Item, SIMPLE, TAG, UINT};
use crate::manifest::{Envelope, Manifest, INSTALL, INVOKE, LOAD, PAYLOAD_FETCH, SHARED, VALIDATE};
use crate::shim::{hex, hold, refuse, Bytes, Checked, Component, Content, Delivery, Device};
use openssl::sha::sha256;
use serde_json::{json, Value};
use std::collections::{HashMap, HashSet};

pub const IMPLEMENTED: [i64; 13] = [1, 2, 3, 5, 6, 12, 14, 18, 20, 21, 22, 23, 24];
pub const READABLE: [i64; 11] = [1, 2, 3, 5, 14, 18, 21, 22, 23, 24, 25];

/// What the procedure knows of one of the manifest's components.
struct Part<'a> {
    index: usize,
    parameters: HashMap<i64, Item<'a>>,
    checked: bool,
    unknown: bool,
    /// Number of the fetch that its content came by; 0: none.
    origin: usize,
}

pub struct Procedure<'a, 'b> {
    device: &'b Device,
    delivery: &'b Delivery,
    envelope: &'b Envelope<'a>,
    manifest: &'b Manifest<'a>,
    effects: &'b mut Vec<Value>,
    parts: Vec<Part<'a>>,
    held: HashSet<i64>,
    fetches: usize,
    section: u64,
    /// What the current slots of the device's components hold.
    pub contents: Vec<Content>,
    pub invoked: bool,
}

impl<'a, 'b> Procedure<'a, 'b> {
    pub fn new(
        device: &'b Device,
        delivery: &'b Delivery,
        envelope: &'b Envelope<'a>,
        manifest: &'b Manifest<'a>,
        effects: &'b mut Vec<Value>,
    ) -> Self {
        let part = |index: &usize| Part {
            index: *index,
            parameters: HashMap::new(),
            checked: false,
            unknown: false,
            origin: 0,
        };
        let parts = manifest.components.iter().map(part).collect();
        let contents = device.components.iter().map(|one| one.slots[one.current].clone()).collect();
        let held = HashSet::new();
        Procedure {
            device,
            delivery,
            envelope,
            manifest,
            effects,
            parts,
            held,
            fetches: 0,
            section: 0,
            contents,
            invoked: false,
        }
    }

    pub fn run(&mut self) -> Checked<()> {
        let wanted = if self.delivery.boot { [VALIDATE, LOAD, INVOKE] } else { [PAYLOAD_FETCH, INSTALL, VALIDATE] };
        let there: Vec<u64> = wanted.into_iter().filter(|one| self.manifest.sections.contains_key(one)).collect();
        for section in &there {
            self.shared()?;
            self.sequence(*section)?;
        }
        if there.is_empty() {
            self.shared()?;
        }
        hold(!self.parts.iter().any(|one| one.unknown), "procedure", "not-validated")
    }

    /// Runs before each other section, and must find vendor and class to be the device's (draft §8.4.5).
    fn shared(&mut self) -> Checked<()> {
        self.sequence(SHARED)?;
        hold(self.parts.is_empty() || self.held.contains(&1), "applicability", "vendor-mismatch")?;
        hold(self.parts.is_empty() || self.held.contains(&2), "applicability", "class-mismatch")
    }

    fn sequence(&mut self, section: u64) -> Checked<()> {
        let manifest = self.manifest;
        self.section = section;
        let mut selected: Vec<usize> = (0..self.parts.len().min(1)).collect();
        for pair in manifest.sections.get(&section).map_or(&[][..], Vec::as_slice).chunks_exact(2) {
            let code = match pair[0].int() {
                Some(code) if IMPLEMENTED.contains(&code) && self.device.commands.contains(&code) => code,
                _ => return refuse("commands", "command-unsupported"),
            };
            if code == 12 {
                selected = self.select(&pair[1])?;
                continue;
            }
            hold(!self.parts.is_empty(), "components", "index-missing")?;
            for one in &selected {
                self.command(code, &pair[1], *one)?;
            }
        }
        Ok(())
    }

    fn select(&self, argument: &Item) -> Checked<Vec<usize>> {
        let indices: Vec<u64> = match argument.major {
            SIMPLE => (0..self.parts.len() as u64).collect(),
            UINT => vec![argument.number],
            _ => argument.items.iter().map(|one| one.number).collect(),
        };
        hold(indices.iter().all(|index| *index < self.parts.len() as u64), "components", "index-range")?;
        Ok(indices.into_iter().map(|index| index as usize).collect())
    }

    fn command(&mut self, code: i64, argument: &Item<'a>, at: usize) -> Checked<()> {
        match code {
            20 => {
                for (key, value) in argument.pairs() {
                    match key.int() {
                        Some(code) if READABLE.contains(&code) && self.device.parameters.contains(&code) => {
                            self.parts[at].parameters.insert(code, value.clone());
                        }
                        _ => return refuse("parameters", "param-unsupported"),
                    }
                }
                Ok(())
            }
            18 => {
                let content = Content::Bytes(self.need(at, 18)?.content.to_vec());
                self.store(at, content, (0, false))?;
                self.did(at, json!({ "kind": "write" }));
                Ok(())
            }
            21 => self.fetch(at),
            22 => self.copy(at),
            23 => self.invoke(at),
            _ => self.condition(code, at),
        }
    }

    fn parameter(&self, at: usize, key: i64) -> Option<&Item<'a>> {
        self.parts[at].parameters.get(&key)
    }

    fn need(&self, at: usize, key: i64) -> Checked<Item<'a>> {
        self.parameter(at, key).cloned().map_or_else(|| refuse("parameters", "param-missing"), Ok)
    }

    fn component(&self, at: usize) -> &'b Component {
        &self.device.components[self.parts[at].index]
    }

    fn content(&self, at: usize) -> &Content {
        &self.contents[self.parts[at].index]
    }

    fn condition(&mut self, code: i64, at: usize) -> Checked<()> {
        let consumed = match code {
            14 => return refuse("commands", "abort"),
            6 => 18,
            other => other,
        };
        let value = self.need(at, consumed)?;
        let component = self.component(at);
        let among = |list: &[Bytes], wanted: &[u8]| list.iter().any(|one| one == wanted);
        match code {
            1 if value.major == TAG => {
                hold(among(&component.pens, value.items[0].content), "applicability", "vendor-mismatch")?
            }
            1 => hold(among(&component.vendor_ids, value.content), "applicability", "vendor-mismatch")?,
            2 => hold(among(&component.class_ids, value.content), "applicability", "class-mismatch")?,
            24 => hold(among(&component.device_ids, value.content), "applicability", "device-mismatch")?,
            5 => hold(value.number == component.current as u64, "applicability", "slot-mismatch")?,
            3 => self.match_image(&value, at)?,
            _ => {
                let equal = match self.content(at) {
                    Content::Empty => value.content.is_empty(),
                    Content::Bytes(bytes) => bytes == value.content,
                    _ => false,
                };
                hold(equal, "payload", "content-mismatch")?
            }
        }
        self.held.insert(code);
        if code == 3 || code == 6 {
            self.parts[at].checked = true;
            let origin = self.parts[at].origin;
            for other in self.parts.iter_mut().filter(|other| other.origin == origin) {
                other.unknown = false;
            }
        }
        Ok(())
    }

    fn match_image(&self, value: &Item, at: usize) -> Checked<()> {
        let digest_item = decode(value.content)?;
        let (wanted, value) = digest_value(&digest_item)?;
        let known = wanted == SHA_256 && self.device.digests.contains(&wanted);
        hold(known, "digest", "digest-alg-unsupported")?;
        let size = self.parameter(at, 14).map(|item| item.number);
        match self.content(at) {
            Content::Bytes(bytes) => {
                let mut image = bytes.as_slice();
                if let Some(size) = size.filter(|size| *size != image.len() as u64) {
                    let shorter = self.component(at).fixed && size < image.len() as u64;
                    hold(shorter, "payload", "size-mismatch")?;
                    let (content, erased) = image.split_at(size as usize);
                    hold(erased.iter().all(|byte| *byte == 0xff), "payload", "size-mismatch")?;
                    image = content;
                }
                hold(sha256(image) == *value, "payload", "image-mismatch")
            }
            Content::Assumed { algorithm, digest, size: held } => {
                hold(*algorithm == wanted && digest == value, "payload", "image-mismatch")?;
                hold(size.is_none() || held.is_none() || size == *held, "payload", "size-mismatch")
            }
            _ => refuse("payload", "image-mismatch"),
        }
    }

    /// `from`: the number of the fetch that it came by, and whether its digest is yet unknown.
    fn store(&mut self, at: usize, content: Content, from: (usize, bool)) -> Checked<()> {
        hold(size_of(&content) <= self.component(at).capacity, "resource", "limit-size")?;
        let part = &mut self.parts[at];
        (part.origin, part.unknown) = from;
        part.checked = false;
        self.contents[part.index] = content;
        Ok(())
    }

    fn did(&mut self, at: usize, mut effect: Value) {
        effect["component"] = json!(self.parts[at].index);
        self.effects.push(effect);
    }

    fn fetch(&mut self, at: usize) -> Checked<()> {
        let uri = self.need(at, 21)?.text();
        if let Some(payload) = self.envelope.payloads.get(uri) {
            return self.receive(at, Content::Bytes(payload.to_vec()));
        }
        hold(!uri.starts_with('#'), "payload", "fetch-failed")?;
        let scheme = scheme_of(uri).map(str::to_ascii_lowercase);
        let allowed = scheme.map_or(false, |scheme| self.device.schemes.contains(&scheme));
        hold(allowed, "payload", "uri-rejected")?;
        self.did(at, json!({ "kind": "fetch", "uri": uri }));
        match self.delivery.payloads.iter().find(|(name, _)| name == uri) {
            Some((_, content)) => self.receive(at, content.clone()),
            None => refuse("payload", "fetch-failed"),
        }
    }

    fn receive(&mut self, at: usize, content: Content) -> Checked<()> {
        let limit = self.parameter(at, 14).map(|item| item.number);
        if let Content::Endless(bytes) = &content {
            hold(!bytes.is_empty(), "payload", "fetch-failed")?;
            hold(limit.is_none(), "payload", "size-mismatch")?;
            return refuse("resource", "limit-size");
        }
        hold(limit.map_or(true, |limit| size_of(&content) <= limit), "payload", "size-mismatch")?;
        self.fetches += 1;
        let unknown = self.parameter(at, 3).is_none();
        self.store(at, content, (self.fetches, unknown))?;
        self.did(at, json!({ "kind": "write" }));
        Ok(())
    }

    fn copy(&mut self, at: usize) -> Checked<()> {
        let index = self.need(at, 22)?.number;
        let there = index < self.parts.len() as u64 && index != at as u64;
        hold(there && !matches!(self.content(index as usize), Content::Empty), "payload", "source-missing")?;
        let source = &self.parts[index as usize];
        let (content, from) = (self.contents[source.index].clone(), (source.origin, source.unknown));
        self.store(at, content, from)?;
        self.did(at, json!({ "kind": "copy" }));
        Ok(())
    }

    /// Only in the invoke section, and only what was checked after it was last written (draft §4.2, §8.4.6).
    fn invoke(&mut self, at: usize) -> Checked<()> {
        hold(self.section == INVOKE, "commands", "command-forbidden")?;
        hold(!matches!(self.content(at), Content::Empty), "commands", "directive-failed")?;
        hold(self.parts[at].checked, "procedure", "not-validated")?;
        let mut effect = json!({ "kind": "invoke" });
        if let Some(arguments) = self.parameter(at, 23) {
            effect["arguments"] = json!(hex(arguments.content));
        }
        self.did(at, effect);
        self.invoked = true;
        Ok(())
    }
}

fn size_of(content: &Content) -> u64 {
    match content {
        Content::Empty => 0,
        Content::Bytes(bytes) | Content::Endless(bytes) => bytes.len() as u64,
        Content::Assumed { size, .. } => size.unwrap_or(0),
    }
}

/// The scheme of a URI (RFC 3986); `None`: it is none.
fn scheme_of(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once(':')?;
    let named = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|one| one.is_ascii_alphanumeric() || "+.-".contains(one));
    let mut parts = rest.split('%');
    let plain =
        |text: &str| text.chars().all(|one| one.is_ascii_alphanumeric() || "._~:/?#[]@!$&'()*+,;=-".contains(one));
    let escaped = |text: &str| {
        text.len() >= 2 && text.bytes().take(2).all(|digit| digit.is_ascii_hexdigit()) && plain(&text[2..])
    };
    if named && parts.next().map_or(true, plain) && parts.all(escaped) {
        Some(scheme)
    } else {
        None
    }
}
