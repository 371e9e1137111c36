//! What a piece of code allocates, by a counting global allocator. The test stands in a binary of its
//! own and is the only one there, so that nothing else allocates beside it:
//!
//! ```
//! use mailwire_testing::heap::{Heap, measure};
//!
//! #[global_allocator]
//! static HEAP: Heap = Heap;
//!
//! let used = measure(&HEAP, || drop(vec![0_u8; 4096]));
//! assert!(used.peak >= 4096 && used.left == 0);
//! ```

use std::sync::Once;
use std::time::Duration;

pub use peak_alloc::PeakAlloc as Heap;

/// What [`measure`] found, in octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Over what there was before, at most at one time.
    pub peak: usize,
    /// Over what there was before, in the end.
    pub left: isize,
}

impl Used {
    /// No allocation at all.
    pub const NOTHING: Self = Self { peak: 0, left: 0 };
}

/// Tells what `f` allocates.
///
/// The heap is that of the process. The thread that starts a test notes down that it runs, which allocates
/// too, so the first measure of a process waits until that is done.
pub fn measure(heap: &Heap, f: impl FnOnce()) -> Used {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| std::thread::sleep(Duration::from_millis(200)));
    let before = heap.current_usage();
    heap.reset_peak_usage();
    f();
    let left = heap.current_usage();
    let size = |octets: usize| isize::try_from(octets).unwrap();
    Used { peak: heap.peak_usage() - before, left: size(left) - size(before) }
}
