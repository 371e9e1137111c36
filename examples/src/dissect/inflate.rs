//! Raw deflate data (RFC 1951), as IMAP's COMPRESS (RFC 4978) sends it.

use flate2::{Decompress, FlushDecompress, Status};

/// Room for octets that is made at once.
const ROOM: usize = 8192;

/// The data is no deflate data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Broken;

/// Inflates what one side sends.
pub(crate) struct Inflater {
    inflate: Decompress,
    /// The data ended, or broke.
    done: bool,
}

impl Inflater {
    pub(crate) fn new() -> Self {
        Self { inflate: Decompress::new(false), done: false }
    }

    /// Appends what `input` inflates to. A fault is told once; nothing comes behind it.
    pub(crate) fn inflate(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
        let start = self.inflate.total_in();
        while !self.done {
            let taken = self.inflate.total_in() - start;
            let rest = input.get(usize::try_from(taken).unwrap_or(input.len())..);
            let rest = rest.unwrap_or_default();
            out.reserve(ROOM);
            let before = (taken, out.len());
            match self.inflate.decompress_vec(rest, out, FlushDecompress::Sync) {
                Ok(Status::StreamEnd) => self.done = true,
                // Nothing more comes of these octets.
                Ok(_) if (self.inflate.total_in() - start, out.len()) == before => return Ok(()),
                Ok(_) => {}
                Err(_) => {
                    self.done = true;
                    return Err(Broken);
                }
            }
        }
        Ok(())
    }
}
