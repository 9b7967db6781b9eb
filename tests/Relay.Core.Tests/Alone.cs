using Xunit;

// One test at a time: a collection that another thread's garbage sets off retires a thread's allocation context, and tests
// that count allocated bytes would take what was left of it for an allocation.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
