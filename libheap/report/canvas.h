#pragma once

// Canvas: rectangles and text into a PNG or SVG, in pixels from the top left.
// The one place that knows Cairo.

#include <memory>
#include <string>

#include "libheap/report/heap_image.h"
#include "libheap/report/palette.h"

namespace libheap {

class Canvas {
 public:
  Canvas(ImageFormat format, double width, double height);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  void rectangle(double x, double y, double width, double height,
                 Colour colour);
  // `y` is the base line.
  void text(double x, double y, const std::string& text);
  [[nodiscard]] double text_width(const std::string& text) const;

  // The finished file. Throws Error where Cairo could not make it.
  [[nodiscard]] std::string finish();

 private:
  struct Surface;

  ImageFormat format_;
  std::string bytes_;
  std::unique_ptr<Surface> surface_;
};

}  // namespace libheap
