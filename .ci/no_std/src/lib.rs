//! The crates in a program without std: its own panic handler, its own allocator, no operating
//! system. A dependency that brings std in defines the panic handler a second time, and does not
//! build.

#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::panic::PanicInfo;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

use mailwire::imap::{Response, TaggedCommand};
use mailwire::pop3::answer::{Answer, Expect};
use mailwire::smtp::Reply;
use mailwire_core::body::{DotDecoder, Findings};
use mailwire_core::line::{Framed, LineFramer};
use mailwire_smtp::Command;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

const SIZE: usize = 1 << 16;

/// Hands out one piece of memory from front to back, and takes nothing back.
struct Bump {
    memory: UnsafeCell<[u8; SIZE]>,
    used: AtomicUsize,
}

#[global_allocator]
static ALLOCATOR: Bump = Bump { memory: UnsafeCell::new([0; SIZE]), used: AtomicUsize::new(0) };

// SAFETY: each octet of the memory is handed out once, since the count of used ones only grows.
unsafe impl Sync for Bump {}

// SAFETY: blocks are inside the memory, aligned, and do not overlap.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let base = self.memory.get() as usize;
        let mut start = 0;
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            start = (base + used).next_multiple_of(layout.align()) - base;
            let end = start.checked_add(layout.size())?;
            (end <= SIZE).then_some(end)
        });
        match taken {
            Ok(_) => self.memory.get().cast::<u8>().wrapping_add(start),
            Err(_) => null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

/// Frames, parses and writes commands, a reply, an answer and a response, and takes a dot out; the
/// octets written.
#[unsafe(no_mangle)]
pub extern "C" fn mailwire_no_std() -> usize {
    let input = b"MAIL FROM:<alice@example.org> SIZE=1024\r\n";
    let Framed::Line { consumed, .. } = LineFramer::new().frame(input, 512) else { return 0 };
    let Ok(command) = Command::parse(&input[..consumed]) else { return 0 };
    let Ok(reply) = Reply::parse(b"250 2.1.0 Ok\r\n") else { return 0 };
    let Ok(answer) = Answer::parse(b"+OK 2 320\r\n", Expect::Stat) else { return 0 };
    let Ok(tagged) = TaggedCommand::parse(b"a1 UID FETCH 1:4,9 (FLAGS)\r\n") else { return 0 };
    let Ok(response) = Response::parse(b"* 1 FETCH (UID 9 FLAGS (\\Seen))\r\n") else { return 0 };
    let body = DotDecoder::new(Findings::ALL).decode(b"..a\r\n.\r\n");
    command.into_owned().to_bytes().len() + reply.to_bytes().len()
        + answer.to_bytes().len()
        + tagged.to_bytes().len()
        + response.to_bytes().len()
        + body.data.len()
}
