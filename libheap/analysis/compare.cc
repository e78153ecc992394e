#include "libheap/analysis/compare.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

namespace libheap {

namespace {

struct Mean {
  double value = 0;
  double variance = 0;  // of the mean
  double freedom = 0;
};

Mean mean_of(std::span<const double> values) {
  Mean mean;
  if (values.empty()) return mean;
  const auto n = static_cast<double>(values.size());
  mean.value = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (values.size() < 2) return mean;
  double squares = 0;
  for (const double value : values) {
    squares += (value - mean.value) * (value - mean.value);
  }
  mean.freedom = n - 1;
  mean.variance = squares / (n - 1) / n;
  return mean;
}

// Welch and Satterthwaite: how many degrees of freedom the difference has.
double freedom_of(const Mean& a, const Mean& b) {
  const double sum = a.variance + b.variance;
  const double parts =
      a.variance * a.variance / a.freedom + b.variance * b.variance / b.freedom;
  return parts > 0 ? sum * sum / parts : a.freedom + b.freedom;
}

}  // namespace

Comparison compare(std::span<const double> a, std::span<const double> b,
                   double risk) {
  const Mean of_a = mean_of(a);
  const Mean of_b = mean_of(b);
  Comparison found;
  found.a = of_a.value;
  found.b = of_b.value;
  const double difference = found.b - found.a;
  found.low = found.high = difference;
  if (a.size() < kFewestBatches || b.size() < kFewestBatches) return found;
  found.judged = true;
  const boost::math::students_t student(freedom_of(of_a, of_b));
  const double reach =
      boost::math::quantile(boost::math::complement(student, risk / 2)) *
      std::sqrt(of_a.variance + of_b.variance);
  found.low = difference - reach;
  found.high = difference + reach;
  const double larger = std::max(std::abs(found.a), std::abs(found.b));
  found.differs = (found.low > 0 || found.high < 0) &&
                  std::abs(difference) >= kWorthSaying * larger;
  return found;
}

std::vector<double> batch_means(std::span<const double> values, size_t count) {
  std::vector<double> means;
  const size_t length = std::max<size_t>(values.size() / count, 1);
  for (size_t at = 0; at + length <= values.size() && means.size() < count;
       at += length) {
    const auto batch = values.subspan(at, length);
    means.push_back(std::accumulate(batch.begin(), batch.end(), 0.0) /
                    static_cast<double>(length));
  }
  return means;
}

}  // namespace libheap
