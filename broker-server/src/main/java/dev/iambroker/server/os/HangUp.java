package dev.iambroker.server.os;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, which ends a JVM unless it is handled. By reflection: {@code sun.misc.Signal} is the only way to a signal, it
 * is no part of the platform that is compiled against, and another JVM may lack it.
 */
public final class HangUp {
    private static final Logger log = LoggerFactory.getLogger(HangUp.class);

    private HangUp() {}

    /** From now on SIGHUP runs {@code action}, on a thread of the JVM; it must not block. Says so where that cannot be had. */
    public static void runs(Runnable action) {
        try {
            handle("HUP", action);
        } catch (ReflectiveOperationException | RuntimeException e) {
            Throwable cause = e instanceof InvocationTargetException wrapped ? wrapped.getCause() : e;
            log.warn(
                    "SIGHUP cannot be had from this JVM, so that a changed configuration needs a restart: {}",
                    cause + "");
        }
    }

    /** @param signal its name without {@code SIG} */
    static void handle(String signal, Runnable action) throws ReflectiveOperationException {
        Class<?> signals = Class.forName("sun.misc.Signal");
        Class<?> handlers = Class.forName("sun.misc.SignalHandler");
        Object handler =
                Proxy.newProxyInstance(HangUp.class.getClassLoader(), new Class<?>[] {handlers}, calling(action));
        Object number = signals.getConstructor(String.class).newInstance(signal);
        signals.getMethod("handle", signals, handlers).invoke(null, number, handler);
    }

    // One proxy is equal to itself alone.
    @SuppressWarnings("ReferenceEquality")
    private static InvocationHandler calling(Runnable action) {
        return (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                action.run();
                yield null;
            }
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> arguments != null && proxy == arguments[0];
            default -> "a handler of a signal";
        };
    }
}
