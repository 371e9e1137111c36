//! Whether parsed values can be written back, in the mode of the session.

use mailwire_core::encoder::{Cut, Encoder};
use mailwire_core::parse::Wire;
use mailwire_imap::family::append::{AppendTail, Under};
use mailwire_imap::family::fetch::stream::{parse_head, parse_tail};
use mailwire_imap::family::fetch::{FetchHead, FetchTail};
use mailwire_imap::family::idle::Done;
use mailwire_imap::family::urlauth::stream::{self as urls, UrlFetchHead, UrlFetchTail, UrlPlace};
use mailwire_imap::{Deviation, Greeting, Mode, Response, TaggedCommand, Tolerance};

use crate::record::Roundtrip;
use crate::session::Side;
use crate::text;

/// Writes a value back and compares.
pub(crate) struct Writing<'f> {
    line: &'f [u8],
    tolerance: Tolerance,
    mode: Mode,
    /// The forms of literals that the side may choose from.
    modes: &'static [Mode],
}

impl<'f> Writing<'f> {
    pub(crate) const fn new(line: &'f [u8], tolerance: Tolerance, mode: Mode, side: Side) -> Self {
        // A client may write each literal as it likes.
        let modes: &[Mode] = match side {
            Side::Client => &[Mode::REV1, Mode::LITERAL_PLUS, Mode::LITERAL_MINUS],
            Side::Server => &[Mode::SERVER],
        };
        Self { line, tolerance, mode, modes }
    }

    pub(crate) const fn plain(&self) -> text::Writing<'f, Deviation> {
        text::Writing { line: self.line, tolerance: self.tolerance }
    }

    /// Compares bytes in each form; asks for the value only when none is the same.
    fn compare(
        &self,
        write: impl Fn(&mut Encoder<'_>),
        cut: bool,
        equal: impl FnOnce(&[u8]) -> bool,
    ) -> Roundtrip {
        let mut first = None;
        for form in self.modes {
            let mut written = Vec::new();
            let mut encoder = Encoder::new(&mut written).with_mode(self.mode.with(*form).bits());
            write(&mut encoder);
            let cuts = encoder.into_cuts();
            // What is behind the octets that are streamed is not in the frame.
            let body = cuts.iter().rev().find_map(|cut| match cut {
                Cut::Body { at, .. } => Some(*at),
                Cut::Wait { .. } => None,
            });
            if let (true, Some(at)) = (cut, body) {
                written.truncate(at);
            }
            if written == self.line {
                return Roundtrip::Same;
            }
            first.get_or_insert(written);
        }
        let written = first.unwrap_or_default();
        if equal(&written) { Roundtrip::Equivalent } else { Roundtrip::Broken }
    }

    pub(crate) fn greeting(&self, greeting: &Greeting<'_>) -> Roundtrip {
        self.compare(
            |out| greeting.encode(out),
            false,
            |written| {
                Greeting::parse_in(written, self.mode, self.tolerance)
                    .is_ok_and(|(again, _)| again == *greeting)
            },
        )
    }

    pub(crate) fn command(&self, command: &TaggedCommand<'_>) -> Roundtrip {
        self.compare(
            |out| command.encode(out),
            false,
            |written| {
                TaggedCommand::parse_in(written, self.mode, self.tolerance)
                    .is_ok_and(|(again, _)| again == *command)
            },
        )
    }

    pub(crate) fn command_head(&self, command: &TaggedCommand<'_>) -> Roundtrip {
        self.compare(
            |out| command.encode(out),
            true,
            |written| {
                TaggedCommand::parse_in(written, self.mode.with(Mode::CUT), self.tolerance)
                    .is_ok_and(|(again, _)| again == *command)
            },
        )
    }

    pub(crate) fn command_tail(&self, tail: &AppendTail<'_>, under: Under) -> Roundtrip {
        let cut = tail.under().is_some();
        let mode = if cut { self.mode.with(Mode::CUT) } else { self.mode };
        self.compare(
            |out| tail.encode_into(under, out),
            cut,
            |written| {
                AppendTail::parse_in(written, under, mode, self.tolerance)
                    .is_ok_and(|(again, _)| again == *tail)
            },
        )
    }

    pub(crate) fn response(&self, response: Response<'_>) -> Roundtrip {
        self.compare(
            |out| response.encode(out),
            false,
            |written| {
                Response::parse_in(written, self.mode.with(Mode::SERVER), self.tolerance)
                    .is_ok_and(|(again, _)| again == response)
            },
        )
    }

    /// A challenge is written as any `+` is.
    pub(crate) fn challenge(&self) -> Roundtrip {
        match Response::parse_in(self.line, self.mode, self.tolerance) {
            Ok((response, _)) => self.response(response),
            Err(_) => Roundtrip::Broken,
        }
    }

    pub(crate) fn fetch_head(&self, head: &FetchHead<'_>) -> Roundtrip {
        self.compare(
            |out| head.encode(out),
            true,
            |written| {
                parse_head(written, self.mode, self.tolerance)
                    .is_ok_and(|(again, _)| again == *head)
            },
        )
    }

    pub(crate) fn fetch_tail(&self, tail: &FetchTail<'_>) -> Roundtrip {
        self.compare(
            |out| tail.encode(out),
            tail.streamed().is_some(),
            |written| {
                parse_tail(written, self.mode, self.tolerance)
                    .is_ok_and(|(again, _)| again == *tail)
            },
        )
    }

    pub(crate) fn url_fetch_head(&self, head: &UrlFetchHead<'_>) -> Roundtrip {
        self.compare(
            |out| head.encode_into(out),
            true,
            |written| {
                urls::parse_head(written, self.mode, self.tolerance)
                    .is_ok_and(|(again, _)| again == *head)
            },
        )
    }

    pub(crate) fn url_fetch_tail(&self, tail: &UrlFetchTail<'_>, place: UrlPlace) -> Roundtrip {
        self.compare(
            |out| tail.encode_into(place, out),
            tail.streamed.is_some(),
            |written| {
                urls::parse_tail(written, place, self.mode, self.tolerance)
                    .is_ok_and(|(again, _)| again == *tail)
            },
        )
    }

    pub(crate) fn done(&self) -> Roundtrip {
        self.compare(|out| Done.encode(out), false, |written| Done::parse(written).is_ok())
    }
}
