/** An object that passes every call on to `inner`. Calls are bound once: they stand on the request path. */
export function delegate<T extends object>(inner: T): T {
  const outer = {};
  const methods = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(inner));
  // A delegate's own methods are properties, those of a class are its prototype's.
  const all = {
    ...(Object.getPrototypeOf(inner) === Object.prototype ? {} : methods),
    ...Object.getOwnPropertyDescriptors(inner),
  };
  for (const [name, property] of Object.entries(all)) {
    if (name === "constructor") continue;
    const own =
      property.get === undefined
        ? {
            value: typeof property.value === "function" ? property.value.bind(inner) : property.value,
            writable: true,
          }
        : { get: property.get.bind(inner) };
    Object.defineProperty(outer, name, { ...own, enumerable: true, configurable: true });
  }
  return outer as T;
}
