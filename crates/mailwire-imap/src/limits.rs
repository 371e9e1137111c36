//! Every cap, its default, and where it comes from.

use crate::framing::FrameLimits;

mailwire_core::limits! {
    /// The caps of a machine, for both sides. Each can be changed; none switches another off.
    pub struct Limits {
        /// The longest command that a server takes, all its lines together, its literals not counted.
        /// Up to twice as much is read and refused; more ends the session.
        line: u32 = 65_536, "octets", "RFC 7162 section 4: clients keep to about 8192 octets; some do not.";
        /// The same before the client is authenticated.
        line_early: u32 = 8192, "octets", "RFC 7162 section 4: about 8192 octets, literals not included.";
        /// The longest AUTHENTICATE command and SASL response that a server takes, with its line end.
        auth_line: u32 = 12_288, "octets", "RFC 9051 section 6.2.2 leaves it to the mechanisms; RFC 4954 section 4 has this.";
        /// The largest literal that a server takes, where it is no message.
        literal: u32 = 131_072, "octets", "RFC 9051 section 4.3 has no limit; RFC 7888 section 4: lower ones for all but APPEND.";
        /// The same before the client is authenticated.
        literal_early: u32 = 4096, "octets", "RFC 7888 section 5 has this for literals without synchronization.";
        /// The largest literal that comes without synchronization. Up to `discard` octets of a larger
        /// one are dropped and the command is refused; more ends the session.
        nonsync_literal: u32 = 4096, "octets", "RFC 7888 section 5 and RFC 9051 section 4.3: 4096 octets or fewer.";
        /// The largest literal that comes inside its message; a larger one is streamed where it can be.
        inline_literal: u32 = 16_384, "octets", "RFC 9051 section 4.3 has no limit.";
        /// Literals of one command.
        literals: u32 = 1000, "literals", "RFC 9051 section 4.3 has no limit; MULTIAPPEND (RFC 3502) has one for each message.";
        /// The largest command, its streamed literals not counted.
        command: u32 = 1_048_576, "octets", "RFC 7888 section 4 leaves it to the server.";
        /// The same before the client is authenticated.
        command_early: u32 = 65_536, "octets", "RFC 2971 section 3.3: ID may have over 30,000.";
        /// Octets of a refused command that a server drops before it closes. Those of a message that the
        /// application refuses do not count: `message` bounds them.
        discard: u32 = 65_536, "octets", "RFC 7888 section 4: read it and refuse, or say BYE.";
        /// The largest message that a server takes; it is what APPENDLIMIT offers.
        message: u64 = 52_428_800, "octets", "RFC 7889 section 2 leaves it to the server.";
        /// The longest response, its literals not counted. Up to twice as much is read and dropped; more
        /// ends the session.
        response_line: u32 = 8_388_608, "octets", "RFC 9051 section 7 has no limit; SEARCH may find a million messages.";
        /// Literals of one response.
        response_literals: u32 = 65_536, "literals", "RFC 9051 section 7 has no limit.";
        /// The largest response, its streamed literals not counted.
        response: u32 = 16_777_216, "octets", "RFC 9051 section 7 has no limit.";
        /// Octets of a response over its limit that a client drops before it closes.
        response_discard: u32 = 67_108_864, "octets", "RFC 9051 section 7 has no limit.";
        /// Parentheses within parentheses in a command.
        nesting: u16 = 32, "levels", "RFC 9051 section 6.4.4 has no limit for search keys.";
        /// The same before the client is authenticated: ID has one.
        nesting_early: u16 = 1, "levels", "RFC 2971 section 3.1: one list.";
        /// Parentheses within parentheses in a response.
        response_nesting: u16 = 100, "levels", "RFC 9051 section 7.5.2 has no limit for body structures; real ones have 40.";
        /// Elements of one list in a command: flags, search keys, entries, messages of APPEND. Values of
        /// extensions that are not known are not looked into.
        elements: u32 = 10_000, "elements", "RFC 9051 section 9 has no limit.";
        /// Elements of one list in a response: items of a message, addresses, parts, numbers of SEARCH.
        /// Values of extensions that are not known are not looked into.
        response_elements: u32 = 1_000_000, "elements", "RFC 9051 section 9 has no limit; SEARCH lists messages.";
        /// Capabilities that a client keeps.
        capabilities: u16 = 1000, "capabilities", "RFC 9051 section 7.2.2 has no limit; real servers have under a hundred.";
        /// Ranges of a sequence set in a command.
        ranges: u32 = 8192, "ranges", "RFC 7162 section 4: what does not fit is split.";
        /// Ranges of a set of numbers in a response.
        response_ranges: u32 = 100_000, "ranges", "RFC 4731 section 3.1 has no limit.";
        /// Commands that are refused for what they are before a server closes.
        bad_commands: u16 = 20, "commands", "RFC 9051 section 7.1.3 leaves it open; Dovecot has 20.";
        /// The same before the client is authenticated.
        bad_commands_early: u16 = 3, "commands", "RFC 9051 section 7.1.3 leaves it open; Dovecot has 3.";
        /// Commands that a server owes an answer before it takes no more.
        pipeline: u8 = 16, "commands", "RFC 9051 section 5.5 leaves it to flow control.";
        /// Commands that a client has in flight.
        in_flight: u16 = 64, "commands", "RFC 9051 section 5.5 leaves it to flow control.";
        /// Queued output over which a machine takes no more input.
        transmit: usize = 262_144, "octets", "RFC 9051 section 7 leaves it to flow control: neither side may deadlock.";
        /// Rounds of one SASL exchange.
        auth_rounds: u8 = 8, "challenges", "RFC 4422 leaves it to the mechanism; the longest common one has 4.";
    }
}

impl Limits {
    /// What a server's framer has to know of them.
    ///
    /// A literal is asked about when any of them may forbid it, or when it may be streamed.
    #[must_use]
    pub const fn commands(&self, authenticated: bool) -> FrameLimits {
        let literal = if authenticated { self.literal } else { self.literal_early };
        FrameLimits {
            line: if authenticated { self.line } else { self.line_early },
            inline: least(literal, least(self.nonsync_literal, self.inline_literal)),
            literals: self.literals,
            message: if authenticated { self.command } else { self.command_early },
            discard: self.discard,
        }
    }

    /// What a client's framer has to know of them.
    #[must_use]
    pub const fn responses(&self) -> FrameLimits {
        FrameLimits {
            line: self.response_line,
            inline: self.inline_literal,
            literals: self.response_literals,
            message: self.response,
            discard: self.response_discard,
        }
    }
}

const fn least(a: u32, b: u32) -> u32 {
    if a < b { a } else { b }
}

/// The timeouts of RFC 9051 section 5.4 (a server waits 30 minutes at least) and those in use where it
/// has none, by what a machine waits for.
///
/// The driver owns the clock: it asks [`waiting_for`](mailwire_core::Machine::waiting_for) and looks
/// here, or chooses its own. Before authentication a server may wait for less: a minute is common.
#[must_use]
pub const fn timeout(wait: mailwire_core::Wait) -> Option<core::time::Duration> {
    use mailwire_core::Wait;
    let seconds = match wait {
        Wait::Command => 1800,
        Wait::Greeting | Wait::Answer | Wait::BodyGo | Wait::Auth => 60,
        Wait::Body | Wait::BodyAnswer | Wait::Transmit => 180,
        Wait::Tls => 30,
        _ => return None,
    };
    Some(core::time::Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_not_below_what_the_rfcs_ask_for() {
        let limits = Limits::default();
        assert!(limits.line_early >= 8192 && limits.line >= limits.line_early);
        assert!(limits.nonsync_literal >= 4096 && limits.literal >= limits.literal_early);
        // ID with 30 pairs of 30 and 1024 octets in literals, as RFC 2971 section 3.3 allows.
        assert!(limits.command_early > 30 * (30 + 1024) + limits.line_early);
        assert!(limits.response_line <= limits.response);
        assert_eq!(Limits::TABLE.len(), 30);
    }

    #[test]
    fn the_framer_is_told_what_applies() {
        let limits = Limits::default();
        assert_eq!(limits.commands(false).line, 8192);
        assert_eq!(limits.commands(true).line, 65_536);
        assert_eq!(limits.commands(true).inline, 4096);
        assert_eq!(limits.responses().inline, 16_384);
        // LITERAL+ lets larger ones through, and only behind authentication.
        let limits = Limits { nonsync_literal: 1 << 20, ..limits };
        assert_eq!(limits.commands(false).inline, 4096);
        assert_eq!(limits.commands(true).inline, 16_384);
        // All that may be read and refused of a command holds the longest AUTHENTICATE.
        assert!(limits.commands(false).line * 2 >= limits.auth_line);
    }

    #[test]
    fn timeouts_follow_the_rfc() {
        use mailwire_core::Wait;
        assert_eq!(timeout(Wait::Command).map(|time| time.as_secs()), Some(1800));
        assert_eq!(timeout(Wait::Application), None);
    }
}
