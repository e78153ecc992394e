// rp2040js sends UART bytes in no time, so that nothing ever waits. This gives
// its UART a transmitter like the chip's: a FIFO of 32 bytes, ten bit times
// per byte, the flags TXFE, TXFF and BUSY, a request to the DMA while there is
// room, and a TX interrupt when the FIFO falls to half.

const FIFO_BYTES = 32;
const LEVEL = FIFO_BYTES / 2;
const [DR, FR, DMACR] = [0x00, 0x18, 0x48];
const [BUSY, TXFF, TXFE] = [1 << 3, 1 << 5, 1 << 7];
const TX_INTERRUPT = 1 << 5;
const DMACR_TX = 1 << 1;

export function pace_uart(chip, uart, on_byte) {
  const fifo = [];
  let sending = false;
  let dma = false;

  const byte_nanos = () => 10e9 * 16 * uart.baudDivider / chip.clkPeri;
  const request_dma = () => {
    if (dma && uart.enabled && fifo.length < FIFO_BYTES) chip.dma.setDREQ(uart.dreq.tx);
    else chip.dma.clearDREQ(uart.dreq.tx);
  };
  const shifted_out = chip.clock.createAlarm(() => {
    on_byte(sent);
    sending = false;
    send();
  });
  let sent = 0;
  const send = () => {
    if (!sending && fifo.length !== 0) {
      sent = fifo.shift();
      sending = true;
      if (fifo.length === LEVEL) {
        uart.interruptStatus |= TX_INTERRUPT;
        uart.checkInterrupts();
      }
      shifted_out.schedule(byte_nanos());
      request_dma();
    }
  };

  uart.checkInterrupts = () =>
    chip.setInterrupt(uart.irq, !!(uart.interruptStatus & uart.interruptMask));
  const { readUint32, writeUint32 } = Object.getPrototypeOf(uart);
  uart.readUint32 = (offset) => {
    if (offset === DMACR) return dma ? DMACR_TX : 0;
    const value = readUint32.call(uart, offset);
    if (offset !== FR) return value;
    return (value & ~TXFE) | (fifo.length === 0 ? TXFE : 0) |
      (fifo.length >= FIFO_BYTES ? TXFF : 0) | (sending ? BUSY : 0);
  };
  uart.writeUint32 = (offset, value) => {
    if (offset === DR) {
      if (fifo.length < FIFO_BYTES) fifo.push(value & 0xff);
      else throw new Error('a byte was written to the full UART');
      send();
    } else if (offset === DMACR) {
      dma = (value & DMACR_TX) !== 0;
    } else {
      writeUint32.call(uart, offset, value);
    }
    request_dma();
  };
  return { idle: () => !sending && fifo.length === 0 };
}
