// rp2040js has no DMA sniffer. This adds what the tracer uses: CRC-32 of the
// bytes that one channel moves, bit-reversed data, output reversed and
// inverted or not.

const [SNIFF_CTRL, SNIFF_DATA] = [0x434, 0x438];
const CTRL_SNIFF_EN = 1 << 23;
const CALCULATE_CRC32_REVERSED = 1;

const reverse = (value) => {
  let result = 0;
  for (let i = 0; i < 32; i++) result = (result << 1) | ((value >>> i) & 1);
  return result >>> 0;
};

export function add_sniffer(chip) {
  const { dma } = chip;
  let control = 0;
  let state = 0; // bit-reversed, as it is easiest to go on with

  const sniff = (byte) => {
    state = (state ^ byte) >>> 0;
    for (let i = 0; i < 8; i++) state = (state >>> 1) ^ (state & 1 ? 0xedb88320 : 0);
    state >>>= 0;
  };
  for (const channel of dma.channels) {
    const { transfer } = channel;
    channel.transferAlarm.callback = () => {
      if (channel.ctrl & CTRL_SNIFF_EN && control & 1 && ((control >> 1) & 15) === channel.index) {
        if (((control >> 5) & 15) !== CALCULATE_CRC32_REVERSED) throw new Error('sniffer: not here');
        sniff(chip.readUint8(channel.readAddr));
      }
      transfer();
    };
  }
  const { readUint32, writeUint32 } = Object.getPrototypeOf(dma);
  dma.readUint32 = (offset) => {
    if (offset === SNIFF_CTRL) return control;
    if (offset !== SNIFF_DATA) return readUint32.call(dma, offset);
    const value = control & (1 << 10) ? state : reverse(state);
    return (control & (1 << 11) ? ~value : value) >>> 0;
  };
  dma.writeUint32 = (offset, value) => {
    if (offset === SNIFF_CTRL) control = value;
    else if (offset === SNIFF_DATA) state = reverse(value);
    else writeUint32.call(dma, offset, value);
  };
}
