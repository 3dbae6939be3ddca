import { prepareParams } from "../engine/definition/service-params.ts";
import type { Service, ServiceCaller, ServiceRegistry } from "../engine/ports/service.ts";
import { AppError } from "../shared/errors.ts";

/**
 * The services by name. `execute` validates the parameters first.
 *
 * @throws {Error} for two services of the same name.
 */
export function createServiceRegistry(
  services: readonly Service[],
): ServiceRegistry & ServiceCaller {
  const byName = new Map(services.map((service) => [service.name, service]));
  if (byName.size < services.length) throw new Error("Two services have the same name.");
  return {
    get: (name) => byName.get(name),
    names: () => [...byName.keys()],
    async execute(service, action, params, context) {
      const actions = byName.get(service)?.actions ?? {};
      const found = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (!found) {
        throw new AppError({
          code: "params_invalid",
          message: `There is no action ${service}.${action}. Known services: ${[...byName.keys()].join(", ")}.`,
        });
      }
      return found.execute(prepareParams(`${service}.${action}`, found, params), context);
    },
  };
}
