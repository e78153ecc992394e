"""Findings of analyses that a recording has nothing for: hand-made, to see
that the page draws them. Keys are those of `mpheap report --json`."""


def bracket(low, estimate, high):
    return {"low": low, "estimate": estimate, "high": high}


def candidate(threshold):
    share = threshold / 100_000
    return {
        "threshold_bytes": threshold,
        "heap_bytes": 166_080,
        "exact": threshold == 16_000,
        "collects": bracket(90, 100, 120),
        "peak_used_bytes": bracket(threshold, threshold + 900, threshold + 3000),
        "live_after_collect_bytes": bracket(8000, 9000, 9500),
        "min_largest_free_run_bytes": bracket(
            60_000 * (1 - share), 80_000 * (1 - share), 90_000 * (1 - share / 2)
        ),
        "max_pause_us": bracket(900, 1000 + threshold // 50, 1400 + threshold // 40),
        "gc_time_share": bracket(0.01, 0.03, 0.05),
        "failed_allocations": bracket(0, 0, 0),
    }


TUNE = {
    "recommended": {
        "strategy": "tune threshold",
        "threshold_bytes": 16_000,
        "code": "gc.threshold(16000)",
        "why": "The longest pause stays within 2 ms, and 60 KB can be had in one piece.",
    },
    "candidates": [candidate(t) for t in (1000, 2000, 4000, 8000, 16_000, 32_000, 64_000)],
    "inputs": {
        "pause_budget_us": 2000,
        "alloc_bytes_per_iteration": 280,
        "iterations_per_second": 200.0,
        "alloc_bytes_per_second": 56_000.0,
    },
}

PAUSES = {
    "release": "v1.22.2",
    "profile": {"name": "rp2040-125mhz", "warnings": []},
    "fit": {"rows": 40, "mean_abs_error_share": 0.021, "worst_error_share": 0.09,
            "coverage": 0.95},
    "figures": {
        "pauses": 41,
        "total_us": 328_000,
        "duration_us": 9_000_000,
        "share_of_time": 0.0364,
        "percentiles_us": {"min": 900, "p50": 7900, "p90": 8400, "p99": 9100,
                           "max": 12_345},
        "histogram": [
            {"from_us": 500 * 2**i, "to_us": 1000 * 2**i, "count": count}
            for i, count in enumerate((1, 0, 2, 30, 8))
        ],
        "minimum_mutator_utilisation": [
            {"window_us": 10**k, "minimum_utilisation": share}
            for k, share in ((4, 0.0), (5, 0.71), (6, 0.95))
        ],
        "period": None,
        "iterations_hit": 3,
    },
    "resets": 0,
    "overflowed": 2,
    "idle_explicit": 0,
    "cores": 1,
}

FRAGMENTATION = {
    "verdict": "fragmented",
    "collects": 29,
    "largest_request_blocks": 400,
    "last_room": {"event": 4000, "time_us": None, "collect": 3,
                  "largest_free_run_blocks": 512},
    "worst": {
        "event": 9000,
        "time_us": None,
        "total_blocks": 10_380,
        "free_blocks": 5000,
        "largest_free_run_blocks": 300,
        "fragmentation": 0.94,
        "free_runs": 77,
        "splitters_in_all": 130,
        "splitters": [
            {"area": 0, "block": 777, "blocks": 2, "bytes": 20,
             "site": "main.py:12 read", "born_event": 1234, "age_events": 7766,
             "age_us": None, "free_before_blocks": 200, "free_after_blocks": 150,
             "joined_blocks": 352},
            {"area": 0, "block": 901, "blocks": 1, "bytes": None, "site": None,
             "born_event": None, "age_events": None, "age_us": None,
             "free_before_blocks": 3, "free_after_blocks": 5, "joined_blocks": 9},
        ],
    },
    "splitting_origins": [
        {"origin": "main.py:12 read", "times": 12, "first_times": 4,
         "joined_blocks": 400}],
    "peaks": {"average": 1.8, "at_most_live": 2.2, "at_most_used": 2.0,
              "of_peaks": 2.4},
    "trends": [
        {"origin": "main.py:30 log", "verdict": "grows", "allocated_blocks": 900,
         "live_first_blocks": 10, "live_last_blocks": 300, "live_most_blocks": 300,
         "blocks_per_1000_events": 12.5, "low": 11.0, "high": 14.0}],
}


def site(file, function, line, blocks):
    return {
        "known": file is not None, "file": file or "", "function": function,
        "line": line, "objects": blocks, "bytes": 16 * blocks, "blocks": blocks,
        "resizes": 0, "moved": 0, "grown_bytes": 0, "failed": 0, "freed": 1,
        "swept": blocks - 3, "swept_blocks": blocks - 3, "reset": 0,
        "unseen_ends": 0, "live": 2, "live_blocks": 2, "live_bytes": 32,
        "garbage_share": 0.97, "share_of_garbage": 0.5,
        "garbage_bytes_per_s": None,
        "median_life_bytes": {"low": 100, "high": 2000}, "median_life_us": None,
    }


SITES = {
    "has_sites": True,
    "total": site(None, "", 0, 1000),
    "unseen_births": 0,
    "lifetimes": {"died": 998, "live": 2, "dead_by_us": None,
                  "dead_by_bytes": [[0, 0, 300], [16, 100, 500], [32, 400, 700],
                                    [64, 800, 900], [128, 998, 998]]},
    "by_line": [site("main.py", "read", 12, 500), site("main.py", "read", 14, 200),
                site("main.py", "log", 30, 150), site("lib/net.py", "send", 7, 140),
                site(None, "", 0, 10)],
    "by_runtime": [{**site("x", "", 0, 900), "runtime": "mp_obj_new_float"}],
    "by_size": [{**site("x", "", 0, 900), "first_blocks": 1, "last_blocks": 1}],
}
