//! What the benchmarks share: workloads and a counting allocator.
