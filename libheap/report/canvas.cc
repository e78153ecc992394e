#include "libheap/report/canvas.h"

#include <cairo-svg.h>
#include <cairo.h>

#include "libheap/base/error.h"

namespace libheap {

namespace {

constexpr double kFontSize = 12;

cairo_status_t append(void* to, const unsigned char* data,
                      unsigned int length) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data),
                                        length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

struct Canvas::Surface {
  cairo_surface_t* surface = nullptr;
  cairo_t* pen = nullptr;
};

Canvas::Canvas(ImageFormat format, double width, double height)
    : format_(format), surface_(std::make_unique<Surface>()) {
  surface_->surface =
      format == ImageFormat::kPng
          ? cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                       static_cast<int>(width),
                                       static_cast<int>(height))
          : cairo_svg_surface_create_for_stream(append, &bytes_, width, height);
  surface_->pen = cairo_create(surface_->surface);
  cairo_select_font_face(surface_->pen, "monospace", CAIRO_FONT_SLANT_NORMAL,
                         CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(surface_->pen, kFontSize);
  rectangle(0, 0, width, height, {255, 255, 255});
}

Canvas::~Canvas() {
  cairo_destroy(surface_->pen);
  cairo_surface_destroy(surface_->surface);
}

void Canvas::rectangle(double x, double y, double width, double height,
                       Colour colour) {
  cairo_set_source_rgb(surface_->pen, colour.red / 255.0, colour.green / 255.0,
                       colour.blue / 255.0);
  cairo_rectangle(surface_->pen, x, y, width, height);
  cairo_fill(surface_->pen);
}

void Canvas::text(double x, double y, const std::string& text) {
  cairo_set_source_rgb(surface_->pen, 0.15, 0.15, 0.15);
  cairo_move_to(surface_->pen, x, y);
  cairo_show_text(surface_->pen, text.c_str());
}

double Canvas::text_width(const std::string& text) const {
  cairo_text_extents_t extents;
  cairo_text_extents(surface_->pen, text.c_str(), &extents);
  return extents.x_advance;
}

std::string Canvas::finish() {
  const auto check = [](cairo_status_t status) {
    if (status == CAIRO_STATUS_SUCCESS) return;
    throw Error(std::string("cannot draw: ") + cairo_status_to_string(status));
  };
  check(cairo_status(surface_->pen));
  if (format_ == ImageFormat::kPng) {
    check(
        cairo_surface_write_to_png_stream(surface_->surface, append, &bytes_));
  } else {
    cairo_surface_finish(surface_->surface);
    check(cairo_surface_status(surface_->surface));
  }
  return bytes_;
}

}  // namespace libheap
