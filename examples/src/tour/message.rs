//! The messages of the tour: made on the way out, summed up on the way in.

use bytes::Bytes;
use flate2::Crc;

/// Length and checksum of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Summary {
    pub(crate) octets: u64,
    pub(crate) checksum: u32,
}

/// Sums up a message part by part.
#[derive(Default)]
pub(crate) struct Sum {
    octets: u64,
    crc: Crc,
}

impl Sum {
    pub(crate) fn add(&mut self, part: &[u8]) {
        self.octets += part.len() as u64;
        self.crc.update(part);
    }

    pub(crate) fn summary(&self) -> Summary {
        Summary { octets: self.octets, checksum: self.crc.sum() }
    }
}

/// A message that is made part by part, the same each time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    head: &'static str,
    octets: u64,
}

/// Dots where they hurt, and text that looks like commands.
const SMALL: &str = "From: alice@client.example\r\nSubject: dots\r\n\r\n.\r\n..\r\n.hidden\r\n\
    QUIT\r\n.\r\nThe line above is not the end.\r\n";

/// What the large message is made of: 16 KiB of lines of 72 octets, with a dot now and then.
const LINE: &str = "The quick brown fox jumps over the lazy dog, and the dog sleeps on..\r\n";

impl Text {
    pub(crate) const fn small() -> Self {
        Self { head: SMALL, octets: SMALL.len() as u64 }
    }

    /// A message of at least so many octets.
    pub(crate) const fn of(octets: u64) -> Self {
        Self { head: SMALL, octets }
    }

    /// The parts of the message, each as large as a read.
    pub(crate) fn parts(self) -> impl Iterator<Item = Bytes> {
        let lines = 16_384 / LINE.len();
        let mut block = LINE.repeat(lines.saturating_sub(1));
        block.push_str(".\r\n");
        let block = Bytes::from(block);
        let rest = self.octets.saturating_sub(self.head.len() as u64);
        let blocks = rest.div_ceil(block.len() as u64);
        let head = Bytes::from_static(self.head.as_bytes());
        std::iter::once(head).chain((0..blocks).map(move |_| block.clone()))
    }

    /// The header, the empty line, and so many lines of the body, of the small message.
    pub(crate) fn top(self, lines: u64) -> Option<Bytes> {
        let header = self.head.find("\r\n\r\n")?.saturating_add(4);
        let (header, body) = self.head.split_at_checked(header)?;
        let lines = usize::try_from(lines).unwrap_or(usize::MAX);
        let body: usize = body.split_inclusive('\n').take(lines).map(str::len).sum();
        let octets = header.len().saturating_add(body);
        Some(Bytes::from_static(self.head.as_bytes().get(..octets)?))
    }

    pub(crate) fn summary(self) -> Summary {
        let mut sum = Sum::default();
        for part in self.parts() {
            sum.add(&part);
        }
        sum.summary()
    }

    /// Octets and lines of the small message behind its header.
    pub(crate) fn body(self) -> (u64, u64) {
        let body = self.head.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (body.len() as u64, body.lines().count() as u64)
    }

    /// The octets that the parts have together.
    pub(crate) fn octets(self) -> u64 {
        self.parts().map(|part| part.len() as u64).sum()
    }
}
