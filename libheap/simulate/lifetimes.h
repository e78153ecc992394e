#pragma once

// When the objects of a workload died, as well as it can be told.
//
//     estimate_deaths(workload);           // fills workload.estimates
//
// Objects of one site and size are taken to live alike. Their ages at death
// are estimated from the brackets the collects left (age_distribution.h); few
// objects lean on those of their size, and those on all. Each life is then
// given an age from its own kind's distribution, under the condition that it
// lies in its own bracket: at a share that is spread evenly over the lives, by
// the number of the life and nothing else, so that the same trace gives the
// same deaths. That is done three times with other shares, for where one draw
// could be a chance (what_if.h).
//
// Cost: about 50 ns per life and draw.

#include "libheap/simulate/age_distribution.h"
#include "libheap/simulate/workload.h"

namespace libheap {

void estimate_deaths(Workload& workload);

}  // namespace libheap
