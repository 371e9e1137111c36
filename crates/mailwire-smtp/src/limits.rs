//! Every cap, its default, and where it comes from.

mailwire_core::limits! {
    /// The caps of a machine. Each can be changed; none switches another off.
    pub struct Limits {
        /// The longest command line, with its line end.
        line: usize = 4096, "octets", "RFC 5321 section 4.5.3.1.4 has 512; the extensions add more than 2,000.";
        /// The longest AUTH command, SASL response and challenge, with its line end.
        auth_line: usize = 12_288, "octets", "RFC 4954 section 4.";
        /// The longest line of a reply, with its line end.
        reply_line: usize = 4096, "octets", "RFC 5321 section 4.5.3.1.5 has 512; providers send over 700.";
        /// The longest reply, all lines together.
        reply: usize = 65_536, "octets", "RFC 5321 section 4.5.3.1 asks for no fixed limit.";
        /// The largest message that a server takes; it is what SIZE offers.
        message: u64 = 52_428_800, "octets", "RFC 5321 section 4.5.3.1.7: at least 65,536.";
        /// Accepted recipients of one transaction.
        recipients: u32 = 1000, "recipients", "RFC 5321 section 4.5.3.1.8: at least 100.";
        /// Recipients over that limit that are refused before a server closes.
        excess_recipients: u32 = 1000, "recipients", "RFC 5321 section 4.5.3.1.10: 452, and the client goes on.";
        /// Commands that are refused for what they are before a server closes.
        bad_commands: u16 = 20, "commands", "RFC 5321 section 4.3.2 leaves it open; Postfix and Dovecot have 20.";
        /// The same before the client authenticated or a recipient was accepted.
        bad_commands_early: u16 = 10, "commands", "Dovecot's submission login has 10.";
        /// Commands in flight: owed by a server (at most 16), or sent by a client.
        pipeline: u8 = 16, "commands", "RFC 2920 section 3.2 leaves it to flow control.";
        /// Queued output over which a machine takes no more input.
        transmit: usize = 262_144, "octets", "RFC 2920 section 3.2: a server must not deadlock.";
        /// Rounds of one SASL exchange.
        auth_rounds: u8 = 8, "challenges", "RFC 4422 leaves it to the mechanism; the longest common one has 4.";
    }
}

/// The timeouts that RFC 5321 section 4.5.3.2 asks for, by what a machine waits for.
///
/// The driver owns the clock: it asks [`waiting_for`](mailwire_core::Machine::waiting_for) and looks
/// here, or chooses its own.
#[must_use]
pub const fn timeout(wait: mailwire_core::Wait) -> Option<core::time::Duration> {
    use mailwire_core::Wait;
    let minutes = match wait {
        Wait::Greeting | Wait::Command | Wait::Answer | Wait::Auth | Wait::Tls => 5,
        Wait::BodyGo => 2,
        Wait::Body | Wait::Transmit => 3,
        Wait::BodyAnswer => 10,
        _ => return None,
    };
    Some(core::time::Duration::from_secs(minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_not_below_what_the_rfcs_ask_for() {
        let limits = Limits::default();
        assert!(limits.line >= 512 && limits.auth_line >= 12_288 && limits.reply_line >= 512);
        assert!(limits.message >= 65_536 && limits.recipients >= 100);
        assert_eq!(Limits::TABLE.len(), 12);
    }

    #[test]
    fn timeouts_follow_the_rfc() {
        use mailwire_core::Wait;
        assert_eq!(timeout(Wait::BodyGo).map(|time| time.as_secs()), Some(120));
        assert_eq!(timeout(Wait::BodyAnswer).map(|time| time.as_secs()), Some(600));
        assert_eq!(timeout(Wait::Application), None);
    }
}
