//! What the workloads of all protocols are made of: numbers, names, lines, bodies, and the ceilings.

use std::hint::black_box;

use crate::Group;

/// A read from a socket: one segment on an Ethernet.
pub(crate) const READ: usize = 1460;
/// A read of a body.
pub(crate) const CHUNK: usize = 16 * 1024;
/// The body of the bulk groups.
pub(crate) const BODY: usize = 64 * 1024 * 1024;

pub(crate) fn leak(octets: Vec<u8>) -> &'static [u8] {
    octets.leak()
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        // Xorshift; good enough to vary names and lengths.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    pub(crate) fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

pub(crate) const USERS: &[&str] =
    &["alice", "bob.smith", "carol", "list-owner", "first.last+tag", "postmaster", "j.r.hartley"];
pub(crate) const HOSTS: &[&str] = &[
    "example.org",
    "mail.example.com",
    "mx1.customer.example",
    "mx.eu.example.net",
    "host-17.campus.example",
];

pub(crate) fn stream(lines: &[String]) -> &'static [u8] {
    leak(lines.iter().flat_map(|line| [line, "\r\n"]).collect::<String>().into_bytes())
}

/// The rest behind the next line end.
pub(crate) fn skip_line(input: &[u8]) -> &[u8] {
    memchr::memchr(b'\n', input).map_or(&[], |end| &input[end + 1..])
}

pub(crate) fn memchr_lines(stream: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', stream).map(black_box).count() as u64
}

/// Mail text in lines of 72 octets, with a dot at the start of one line in a hundred.
pub(crate) fn mail_text(stuffed: bool) -> Vec<u8> {
    let words = ["lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "a", "of", "the", "mail"];
    let mut numbers = Numbers(2_463_534_242);
    let mut text = Vec::with_capacity(BODY + BODY / 1000);
    let mut paragraph = Vec::new();
    for line in 0..5000 {
        let start = paragraph.len();
        if line % 100 == 50 {
            paragraph.extend_from_slice(if stuffed { b".." } else { b"." });
        }
        let end = start + 70 + usize::from(stuffed && line % 100 == 50);
        while paragraph.len() < end {
            paragraph.extend_from_slice(numbers.of(&words).as_bytes());
            paragraph.push(b' ');
        }
        paragraph.truncate(end);
        paragraph.extend_from_slice(b"\r\n");
    }
    while text.len() + paragraph.len() <= BODY {
        text.extend_from_slice(&paragraph);
    }
    text
}

/// The time of looking at every octet once, and of moving it.
pub(crate) fn with_ceilings(group: Group, text: &'static [u8]) -> Group {
    let mut copied = Vec::with_capacity(text.len());
    group
        .row("memchr", move || {
            text.chunks(CHUNK).filter(|chunk| memchr::memchr(0, black_box(chunk)).is_none()).count()
                as u64
        })
        .row("memcpy", move || {
            copied.clear();
            for chunk in text.chunks(CHUNK) {
                copied.extend_from_slice(black_box(chunk));
            }
            text.len().div_ceil(CHUNK) as u64
        })
}
