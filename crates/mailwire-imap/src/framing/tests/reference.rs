//! A framer that has the whole input and takes its time.

use super::*;

enum End {
    Plain,
    Literal(LiteralHeader),
    Bad(Fault, bool),
}

/// What stands at the end of a line, by trying each place for a brace from the left.
fn end(line: &[u8]) -> (End, usize) {
    let bare = !line.ends_with(b"\r\n");
    let text = &line[..line.len() - if bare { 1 } else { 2 }];
    let Some(before) = text.strip_suffix(b"}") else { return (End::Plain, 0) };
    let window = text.len().saturating_sub(64);
    let Some(brace) = (window..before.len()).rfind(|&at| before[at] == b'{') else {
        let tail = &before[window.min(before.len())..];
        let plus = tail.last() == Some(&b'+');
        let digits = &tail[..tail.len() - usize::from(plus)];
        let long = text.len() > 64 && digits.iter().all(u8::is_ascii_digit);
        return (if long { End::Bad(Fault::Size, plus) } else { End::Plain }, window);
    };
    let binary = brace > 0 && before[brace - 1] == b'~';
    let at = brace - usize::from(binary);
    let content = std::str::from_utf8(&before[brace + 1..]).unwrap_or("?");
    let (digits, sync) = match content.strip_suffix('+') {
        Some(digits) => (digits, false),
        None => (content, true),
    };
    if !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit()) {
        let size = digits.parse::<i64>().ok().and_then(|size| u64::try_from(size).ok());
        return match size {
            Some(_) if bare => (End::Bad(Fault::Header, !sync), at),
            Some(size) => (End::Literal(LiteralHeader { size, binary, sync }), at),
            None => (End::Bad(Fault::Size, !sync), at),
        };
    }
    let like = |c: char| c.is_ascii_alphanumeric() || "+-., _\t".contains(c);
    let nearly = content.is_empty()
        || content.chars().all(like) && content.chars().any(|c| c == '+' || c.is_ascii_digit());
    (if nearly { End::Bad(Fault::Header, content.contains('+')) } else { End::Plain }, at)
}

/// Whether a literal at `at` of a response is one.
fn believed(line: &[u8], at: usize, begins: bool) -> bool {
    if begins {
        let text = std::string::String::from_utf8_lossy(line).to_uppercase();
        let Some(rest) = text.strip_prefix("* ") else { return false };
        let word = rest.split_ascii_whitespace().next().unwrap_or("");
        if ["OK", "NO", "BAD", "BYE", "PREAUTH"].contains(&word) || word.starts_with('[') {
            return false;
        }
    }
    if at == 0 && begins || at > 0 && line[at - 1] != b' ' && line[at - 1] != b'(' {
        return false;
    }
    let (mut quoted, mut escaped) = (false, false);
    for octet in &line[..at] {
        if escaped {
            escaped = false;
        } else if quoted && *octet == b'\\' {
            escaped = true;
        } else if *octet == b'"' {
            quoted = !quoted;
        }
    }
    !quoted
}

/// All that a caller learns from the whole input.
pub(super) fn reference(
    server: bool,
    input: &[u8],
    limits: &FrameLimits,
    policy: Policy,
) -> Vec<Seen> {
    let (mut seen, mut at) = (Vec::new(), 0);
    while at < input.len() {
        let blank = match input[at] {
            0 => Some(Blank::Nul),
            b' ' => Some(Blank::Space),
            _ => None,
        };
        if let (false, Some(blank)) = (server, blank) {
            match seen.last_mut() {
                Some(Seen::Blank(last, total)) if *last == blank => *total += 1,
                _ => seen.push(Seen::Blank(blank, 1)),
            }
            at += 1;
            continue;
        }
        match message(server, input, at, limits, policy, &mut seen) {
            Some(end) => at = end,
            None => break,
        }
    }
    seen
}

/// One message from `start`. `None`: it is not complete, or all is lost.
fn message(
    server: bool,
    input: &[u8],
    start: usize,
    limits: &FrameLimits,
    policy: Policy,
    seen: &mut Vec<Seen>,
) -> Option<usize> {
    let (mut from, mut part, mut line_at) = (start, Part::Begin, start);
    let (mut kept, mut lines, mut literals) = (0, 0, 0);
    let mut dropped: Option<u64> = None;
    loop {
        let rest = input.get(line_at..)?;
        let room = 2 * limits.line as usize - lines;
        let len = rest.iter().position(|&octet| octet == b'\n').map(|at| at + 1);
        if len.unwrap_or(rest.len() + 1) > room {
            if len.is_some() || rest.len() >= room {
                seen.push(Seen::Lost(Fault::Line));
            }
            return None;
        }
        let line = &rest[..len?];
        let end_at = line_at + line.len();
        let begins = literals == 0 && dropped.is_none();
        let (mut ending, place) = end(line);
        if !server && !believed(line, place, begins) {
            ending = End::Plain;
        }
        if let End::Bad(fault, flows) = ending {
            if flows || !server {
                seen.push(Seen::Lost(fault));
                return None;
            }
        }
        if let Some(total) = dropped {
            match ending {
                End::Literal(header) if !(server && header.sync) => {
                    let total = total + line.len() as u64;
                    if total + header.size > u64::from(limits.discard) {
                        seen.push(Seen::Lost(Fault::Discard));
                        return None;
                    }
                    dropped = Some(total + header.size);
                    line_at = end_at.checked_add(usize::try_from(header.size).ok()?)?;
                    continue;
                }
                _ => {
                    seen.push(Seen::Dropped);
                    return Some(end_at);
                }
            }
        }
        lines += line.len();
        let octets = kept + (end_at - from) as u64;
        let frame = || input[from..end_at].to_vec();
        let mut fault = (octets > u64::from(limits.message)).then_some(Fault::Message);
        if lines > limits.line as usize {
            fault = Some(Fault::Line);
        }
        let header = match ending {
            End::Literal(header) => header,
            End::Bad(fault, _) => {
                seen.push(Seen::Bad(frame(), part, fault, true));
                return Some(end_at);
            }
            End::Plain => {
                let empty = line == b"\r\n" || line == b"\n";
                match (fault, seen.last_mut()) {
                    (Some(fault), _) => seen.push(Seen::Bad(frame(), part, fault, true)),
                    (None, Some(Seen::Blank(Blank::Line, total))) if !server && begins && empty => {
                        *total += line.len();
                    }
                    _ if !server && begins && empty => {
                        seen.push(Seen::Blank(Blank::Line, line.len()));
                    }
                    _ => seen.push(Seen::Message(frame(), part)),
                }
                return Some(end_at);
            }
        };
        let waits = server && header.sync;
        let asks = waits || header.size > u64::from(limits.inline);
        let fits = octets + header.size <= u64::from(limits.message);
        if literals == limits.literals {
            fault = fault.or(Some(Fault::Literals));
        }
        if !asks && !fits {
            fault = fault.or(Some(Fault::Message));
        }
        literals += 1;
        let mut drop = false;
        if let Some(fault) = fault {
            seen.push(Seen::Bad(frame(), part, fault, waits));
            drop = true;
        } else if asks {
            match policy(header, fits) {
                Decision::Accept => seen.push(Seen::Accepted(frame(), part, header)),
                Decision::Stream => {
                    seen.push(Seen::Streamed(frame(), part, header));
                    let size = usize::try_from(header.size).ok()?;
                    let body = input.get(end_at..)?.get(..size)?;
                    seen.push(Seen::Body(body.to_vec()));
                    kept = octets;
                    part = Part::Tail;
                    from = end_at + size;
                }
                Decision::Refuse => {
                    seen.push(Seen::Refused(frame(), part, header));
                    drop = true;
                }
            }
        }
        if drop && waits {
            return Some(end_at);
        }
        if drop {
            if header.size > u64::from(limits.discard) {
                seen.push(Seen::Lost(Fault::Discard));
                return None;
            }
            dropped = Some(header.size);
            lines = 0;
        }
        line_at = end_at.checked_add(usize::try_from(header.size).ok()?)?;
    }
}
