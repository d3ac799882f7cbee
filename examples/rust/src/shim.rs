//! The shim: messages of docs/harness-protocol.md as Rust values, JSON lines on stdin and stdout.
use serde_json::{json, Value};
use std::collections::HashMap;
use std::io::{self, BufRead, Write};

pub type Bytes = Vec<u8>;

/// Why a delivery is refused: words of docs/harness-protocol.md.
pub struct Refusal {
    pub stage: &'static str,
    pub reason: &'static str,
}

pub type Checked<T> = Result<T, Refusal>;

pub fn refuse<T>(stage: &'static str, reason: &'static str) -> Checked<T> {
    Err(Refusal { stage, reason })
}

pub fn hold(condition: bool, stage: &'static str, reason: &'static str) -> Checked<()> {
    if condition {
        Ok(())
    } else {
        refuse(stage, reason)
    }
}

pub struct Key {
    pub curve: String,
    pub x: Bytes,
    pub y: Bytes,
    pub alg: Option<i64>,
    pub ops: Option<Vec<i64>>,
}

pub struct Anchor {
    pub kid: Option<Bytes>,
    pub key: Key,
    pub algorithms: Vec<i64>,
    pub roles: Vec<String>,
}

pub enum Policy {
    Any,
    All,
    AtLeast(u64),
    Roles(Vec<String>),
}

/// What a slot holds, or what a URI resolves to.
#[derive(Clone)]
pub enum Content {
    Empty,
    Bytes(Bytes),
    Assumed { algorithm: i64, digest: Bytes, size: Option<u64> },
    Endless(Bytes),
}

pub struct Component {
    pub identifier: Vec<Bytes>,
    pub vendor_ids: Vec<Bytes>,
    pub pens: Vec<Bytes>,
    pub class_ids: Vec<Bytes>,
    pub device_ids: Vec<Bytes>,
    pub capacity: u64,
    pub fixed: bool,
    pub current: usize,
    pub slots: Vec<Content>,
}

pub struct Device {
    pub anchors: Vec<Anchor>,
    pub policy: Policy,
    pub components: Vec<Component>,
    pub sequence: Option<u64>,
    pub installed: Option<Bytes>,
    pub commands: Vec<i64>,
    pub parameters: Vec<i64>,
    pub digests: Vec<i64>,
    pub schemes: Vec<String>,
}

pub struct Delivery {
    pub boot: bool,
    pub envelope: Option<Bytes>,
    pub payloads: Vec<(String, Content)>,
}

/// Effects are pushed as the protocol has them. May change the device where it accepts; the level that it accepts at.
pub type Decide = fn(&mut Device, &Delivery, &mut Vec<Value>) -> Checked<&'static str>;

/// Answers until stdin ends.
pub fn serve(claims: Value, decide: Decide) -> io::Result<()> {
    let mut devices: HashMap<i64, Device> = HashMap::new();
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let message: Value = serde_json::from_str(&line?)?;
        let session = number(&message["session"]);
        let answer = match message["type"].as_str() {
            Some("hello") => json!({ "type": "hello", "protocol": 1, "claims": claims }),
            Some("open") => {
                devices.insert(session, read_device(&message["recipient"]));
                continue;
            }
            Some("deliver") => {
                let device = devices.get_mut(&session).expect("a session that is open");
                answer_to(device, &message, decide)
            }
            _ => {
                devices.remove(&session);
                json!({ "type": "close", "session": session })
            }
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer_to(device: &mut Device, message: &Value, decide: Decide) -> Value {
    let delivery = Delivery {
        boot: message["event"] == "boot",
        envelope: optional(&message["envelope"], bytes),
        payloads: list(&message["payloads"], |one| (text(&one["uri"]), read_content(one))),
    };
    let mut effects = Vec::new();
    let mut answer = match decide(device, &delivery, &mut effects) {
        Ok(level) => json!({ "kind": "accepted", "level": level }),
        Err(Refusal { stage, reason }) => json!({ "kind": "rejected", "stage": stage, "reason": reason }),
    };
    let contents: Vec<Vec<Value>> =
        device.components.iter().map(|one| one.slots.iter().map(content_to_json).collect()).collect();
    let mut full = json!({ "contents": contents });
    let mut state = json!({});
    if let Some(installed) = &device.installed {
        full["installed"] = json!(hex(installed));
    }
    if let Some(sequence) = device.sequence {
        full["sequenceNumber"] = json!(sequence.to_string());
        state["sequenceNumber"] = json!(sequence.to_string());
    }
    state["full"] = full;
    answer["type"] = json!("decision");
    answer["session"] = message["session"].clone();
    answer["id"] = message["id"].clone();
    answer["effects"] = json!(effects);
    answer["state"] = state;
    answer
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(value: &Value) -> Bytes {
    let digits = value.as_str().unwrap_or("");
    (0..digits.len() / 2).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).expect("hexadecimal")).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_string()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

/// Numbers that may pass 2^53 are decimal digits in a string.
fn large(value: &Value) -> u64 {
    value.as_str().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// What is not there is `Null` to serde_json.
fn optional<T>(value: &Value, read: impl Fn(&Value) -> T) -> Option<T> {
    if value.is_null() {
        None
    } else {
        Some(read(value))
    }
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().map(|items| items.iter().map(read).collect()).unwrap_or_default()
}

fn read_content(value: &Value) -> Content {
    match value["kind"].as_str() {
        Some("bytes") => Content::Bytes(bytes(&value["bytes"])),
        Some("endless") => Content::Endless(bytes(&value["bytes"])),
        Some("assumed") => Content::Assumed {
            algorithm: number(&value["digest"]["algorithm"]),
            digest: bytes(&value["digest"]["bytes"]),
            size: optional(&value["size"], large),
        },
        _ => Content::Empty,
    }
}

fn content_to_json(content: &Content) -> Value {
    match content {
        Content::Empty => json!({ "kind": "empty" }),
        Content::Bytes(bytes) => json!({ "kind": "bytes", "bytes": hex(bytes) }),
        Content::Endless(bytes) => json!({ "kind": "endless", "bytes": hex(bytes) }),
        Content::Assumed { algorithm, digest, size } => {
            let mut value = json!({ "kind": "assumed", "digest": { "algorithm": algorithm, "bytes": hex(digest) } });
            if let Some(size) = size {
                value["size"] = json!(size.to_string());
            }
            value
        }
    }
}

fn read_anchor(value: &Value) -> Anchor {
    let key = &value["key"];
    Anchor {
        kid: optional(&value["kid"], bytes),
        key: Key {
            curve: text(&key["crv"]),
            x: bytes(&key["x"]),
            y: bytes(&key["y"]),
            alg: key["alg"].as_i64(),
            ops: optional(&key["keyOps"], |ops| list(ops, number)),
        },
        algorithms: list(&value["algorithms"], number),
        roles: list(&value["roles"], text),
    }
}

fn read_policy(value: &Value) -> Policy {
    match value["kind"].as_str() {
        Some("all") => Policy::All,
        Some("at-least") => Policy::AtLeast(value["count"].as_u64().unwrap_or(1)),
        Some("roles") => Policy::Roles(list(&value["roles"], text)),
        _ => Policy::Any,
    }
}

fn read_component(value: &Value) -> Component {
    Component {
        identifier: list(&value["identifier"], bytes),
        vendor_ids: list(&value["vendorIds"], bytes),
        pens: list(&value["pens"], bytes),
        class_ids: list(&value["classIds"], bytes),
        device_ids: list(&value["deviceIds"], bytes),
        capacity: value["capacity"].as_u64().unwrap_or(0),
        fixed: value["storage"] == "fixed",
        current: value["current"].as_u64().unwrap_or(0) as usize,
        slots: list(&value["slots"], read_content),
    }
}

fn read_device(value: &Value) -> Device {
    let capabilities = &value["capabilities"];
    Device {
        anchors: list(&value["anchors"], read_anchor),
        policy: read_policy(&value["policy"]),
        components: list(&value["components"], read_component),
        sequence: optional(&value["sequenceNumber"], large),
        installed: optional(&value["installed"], bytes),
        commands: list(&capabilities["commands"], number),
        parameters: list(&capabilities["parameters"], number),
        digests: list(&capabilities["digests"], number),
        schemes: list(&capabilities["schemes"], text),
    }
}
