# A control loop that computes with floats: each operation makes a float of one
# block, dead at the next line. The heap fills and is collected, again and again,
# and each time the loop stops for as long as that takes.

import gc
import mpheap


def control(setpoint, measured, state):
    error = setpoint - measured
    state[0] += error * 0.01
    change = (error - state[1]) * 100.0
    state[1] = error
    return 2.0 * error + 0.5 * state[0] + 0.02 * change


def run(iterations):
    state = [0.0, 0.0]
    level = 0.0
    for i in range(iterations):
        mpheap.tick()
        output = control(1.0, level, state)
        level += 0.05 * (output - level)
    return level


gc.collect()
mpheap.start(baud=3000000)
mpheap.label("begin")
run(4000)
mpheap.stop()
