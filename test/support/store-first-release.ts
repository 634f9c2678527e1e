/** Rows of every table as the first release wrote them, in the words of both databases. */
export const FIRST_RELEASE_ROWS = `
  insert into customer (id, name, created_at) values (1, 'clinic', 5);
  insert into customer_domain (domain, customer_id) values ('clinic.example', 1);
  insert into message (id, customer_id, reference, at, queue_id, message_id, sender, auth_user,
      client_address, size_bytes, mode, reply, took_ms, class, verdict, system, coverage, strength,
      content_why)
    values (3, 1, 'r1', 1000, 'Q1', 'm1', 'alice@clinic.example', 'alice', '192.0.2.1', 10,
      'enforce', '250', 1.5, 'high', 'not-encrypted', null, 'none', 'none', 'nothing');
  insert into recipient (customer_id, message, position, why, address, domain, level, action, lane,
      table_row)
    values (1, 3, 0, 'why', 'bob@x.example', 'x.example', 'qualified', 'deliver', 'qtls', 'high.2');
  insert into label (customer_id, message, position, why, plugin, label, class, part, seen_count)
    values (1, 3, 0, 'why', 'classify/x', 'l', 'high', null, null);
  insert into finding (customer_id, message, position, why, path, system, verdict)
    values (1, 3, 0, 'why', '1', 'zip', 'weak');
  insert into domain_level (customer_id, domain, level, until, changed_at, changed_by, reason)
    values (1, 'x.example', 'qualified', null, 900, 'ann', 'why');
  insert into domain_level_change (customer_id, domain, level, until, changed_at, changed_by, reason)
    values (1, 'x.example', 'qualified', null, 900, 'ann', 'why');
  insert into audit (at, customer_id, actor, act, object, detail)
    values (900, 1, 'ann', 'level-set', 'x.example', 'qualified');
  update meta set value = 7 where name = 'levels-revision';
`
