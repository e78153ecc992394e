#pragma once

// The raw dump: what stands in the bytes of a wire, packet by packet, with the
// bytes themselves.
//
//     125+67  about  sequence 0  5 lines  after event 0  0 us
//          125  09 12 ...   the bytes, as they were received (COBS code)
//     193+14  damage  bad CRC
//     209+7   text  "hello\r\n"
//
// "125+67" is where in the stream it begins and how long it is. Together with
// the zero bytes around packets, which are not shown, the items are the whole
// stream. For those who write a tracer or doubt a cable.
//
// One pass, constant memory: of damage longer than a packet the first bytes are
// shown, of damage over 64 KiB none.

#include "libheap/trace/byte_sink.h"
#include "libheap/trace/byte_source.h"

namespace libheap::tools {

void write_raw_dump(ByteSource& source, ByteSink& sink);

}  // namespace libheap::tools
