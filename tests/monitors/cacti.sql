-- SPDX-License-Identifier: BSD-3-Clause
--
-- What an administrator enters in Cacti's console for hermes_mailqueue.xml: the data query, a data
-- template, a graph template, and which of the query's fields the one feeds the other with. For a
-- new database, in which each is the first of its kind. Data input 2 is "Get SNMP Data (Indexed)",
-- its fields 12 to 14 are the index and what is read of it.
--
-- First what a new Cacti would do besides: look for devices in a network that is not the test's.
DELETE FROM automation_networks;
INSERT INTO snmp_query (id, hash, xml_path, name, data_input_id)
  VALUES (1, MD5('query'), '<path_cacti>/resource/snmp_queries/hermes_mailqueue.xml',
    'Hermes mail queue', 2);
INSERT INTO data_template (id, hash, name) VALUES (1, MD5('data'), 'Mail queue - messages');
INSERT INTO data_template_data (id, data_template_id, data_input_id, t_name, name, active,
    rrd_step, data_source_profile_id)
  VALUES (1, 1, 2, '', '|host_description| - |query_queueName|', 'on', 300, 1);
INSERT INTO data_template_rrd (id, hash, data_template_id, rrd_maximum, rrd_minimum, rrd_heartbeat,
    data_source_type_id, data_source_name)
  VALUES (1, MD5('rrd'), 1, 'U', '0', 600, 1, 'messages');
INSERT INTO data_input_data (data_input_field_id, data_template_data_id, t_value, value)
  VALUES (12, 1, 'on', ''), (13, 1, 'on', ''), (14, 1, 'on', '');
INSERT INTO graph_templates (id, hash, name, multiple)
  VALUES (1, MD5('graph'), 'Mail queue - messages', 'on');
INSERT INTO graph_templates_graph (graph_template_id, title, height, width, image_format_id,
    base_value)
  VALUES (1, '|host_description| - |query_queueName|', 200, 700, 1, 1000);
INSERT INTO graph_templates_item (hash, graph_template_id, task_item_id, color_id, graph_type_id,
    consolidation_function_id, sequence)
  VALUES (MD5('item'), 1, 1, 1, 7, 1, 1);
INSERT INTO snmp_query_graph (id, hash, snmp_query_id, name, graph_template_id)
  VALUES (1, MD5('messages'), 1, 'Messages', 1);
INSERT INTO snmp_query_graph_rrd VALUES (1, 1, 1, 'queueMessages');
