//! Every cap, its default, and where it comes from.

mailwire_core::limits! {
    /// The caps of a machine. Each can be changed; none switches another off.
    pub struct Limits {
        /// The longest command line that a server takes, with its line end.
        line: usize = 512, "octets", "RFC 2449 section 4: at least 255.";
        /// The longest command line that a client sends, with its line end.
        sent_line: usize = 255, "octets", "RFC 2449 section 4; RFC 5034 section 4 repeats it for AUTH.";
        /// The longest AUTH command that a server takes, SASL response, and challenge, with its line end.
        auth_line: usize = 12_288, "octets", "RFC 5034 section 4 leaves it to the mechanisms; RFC 4954 section 4 has this.";
        /// The longest status line, and line of a listing, with its line end.
        response_line: usize = 2048, "octets", "RFC 2449 section 4 has 512; providers send over 1000 in error texts.";
        /// The capabilities that a client keeps, all lines together.
        capabilities: usize = 16_384, "octets", "RFC 2449 section 5 has 512 a line and no limit on their number.";
        /// Commands that are refused for what they are before a server closes.
        bad_commands: u16 = 20, "commands", "RFC 1939 leaves it open; Dovecot has 20.";
        /// The same before the client is authenticated.
        bad_commands_early: u16 = 10, "commands", "RFC 1939 leaves it open; Dovecot has 3, and clients probe.";
        /// Commands in flight: owed by a server (at most 16), or sent by a client.
        pipeline: u8 = 16, "commands", "RFC 2449 section 6.6 leaves it to flow control.";
        /// Queued output over which a machine takes no more input and no more output.
        transmit: usize = 262_144, "octets", "RFC 2449 section 6.6: neither side may deadlock.";
        /// Rounds of one SASL exchange.
        auth_rounds: u8 = 8, "challenges", "RFC 4422 leaves it to the mechanism; the longest common one has 4.";
    }
}

/// The timeouts of RFC 1939 section 3 (a server waits 10 minutes at least) and those in use where it
/// has none, by what a machine waits for.
///
/// The driver owns the clock: it asks [`waiting_for`](mailwire_core::Machine::waiting_for) and looks
/// here, or chooses its own.
#[must_use]
pub const fn timeout(wait: mailwire_core::Wait) -> Option<core::time::Duration> {
    use mailwire_core::Wait;
    let seconds = match wait {
        Wait::Command => 600,
        Wait::Greeting | Wait::Auth => 60,
        Wait::Answer | Wait::Body | Wait::Transmit => 180,
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
        assert!(limits.line >= 255 && limits.sent_line == 255 && limits.response_line >= 512);
        assert_eq!(Limits::TABLE.len(), 10);
    }

    #[test]
    fn timeouts_follow_the_rfc() {
        use mailwire_core::Wait;
        assert_eq!(timeout(Wait::Command).map(|time| time.as_secs()), Some(600));
        assert_eq!(timeout(Wait::Application), None);
    }
}
